package window

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"opora/backend/opora"
)

// hostileAddresses are more than five hundred that must not be opened.
func hostileAddresses() []string {
	schemes := []string{
		"javascript", "vbscript", "data", "file", "smb", "ftp", "sftp", "ssh", "telnet", "ldap", "gopher", "jar", "view-source", "about", "blob",
		"filesystem", "chrome", "opera", "res", "mhtml", "ms-msdt", "search-ms", "search", "ms-officecmd", "ms-settings", "ms-word", "ms-excel",
		"ms-cxh", "shell", "vscode", "vscode-insiders", "steam", "slack", "zoommtg", "msteams", "tel", "sms", "skype", "callto", "facetime",
		"intent", "itms", "itms-services", "help", "applescript", "x-apple.systempreferences", "git", "svn", "irc", "magnet", "bitcoin", "webcal",
		"calculator", "bingmaps", "onenote", "outlook", "teamviewer8", "anydesk", "rdp", "vnc", "nfs", "afp", "wss", "ws", "opora", "wails", "httpx", "xhttp",
	}
	var list []string
	for _, s := range schemes {
		list = append(list, s+":alert(1)", s+"://example.org/x", strings.ToUpper(s)+"://example.org", s[:1]+"\t"+s[1:]+":alert(1)", " "+s+":x", "\x01"+s+"://x", s+"&colon;alert(1)", s+"%3Aalert(1)")
	}
	return append(list,
		"", " ", "#", "/", "//example.org/", "\\\\server\\share", "//server/share", "/etc/passwd", "C:\\Windows\\system32\\calc.exe", "-version", "--help",
		"http:", "http:/", "http://", "https:///path", "http:example.org", "http:\\\\example.org", "https://good.example\\@bad.example/",
		"https://user@example.org/", "https://user:pass@example.org/", "https://@example.org/", "https://:@example.org/", "https://bank.example%40evil.example@evil.example/",
		"https://example.org/\r\nX: y", "https://example.org/\n", "https://example.org/\x00", "https://example.org/a b", "https://example.org/\u202egpj.exe",
		"https://exam\u200bple.org/", "https://example.org:99999/", "https://example.org:0/", "https://example.org:x/", "https://exa%6dple.org/\xff", "https://%00/",
		"https://[::1", "https://[fe80::1%25eth0;calc]/", "https://exa mple.org/", "https://example.org/\"onclick", "https://example.org/<script>", "https://example.org/`id`",
		"https://example.org/|calc", "https://example.org/^", "\u00a0https://example.org/", "https://example.org/\u2028", "ht\ttps://example.org/", "https\u003a\u0000//example.org",
		"mailto:", "mailto:?attach=/etc/passwd", "mailto:a", "mailto:a@b,c@d", "mailto:a@b%0d%0aBcc:c@d", "mailto:a@b?subject=x%0d%0aBcc:c@d", "mailto://a@b", "mailto:-attach@b", "mailto:a@b%26x", "mailto:a@b@c",
		"https://"+strings.Repeat("a", 9000)+"/", "https://xn--/", "https://-bad-.example/", "HTTPS://User@Example.org",
	)
}

// TestOutside: of all these, only web and mail addresses reach the system's
// program, each as one argument.
func TestOutside(t *testing.T) {
	dir := t.TempDir()
	record := filepath.Join(dir, "opened")
	// A recorder in the place of xdg-open: every argument is a line.
	script := "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$@\" >> '" + record + "'\n"
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	hostile := hostileAddresses()
	if len(hostile) < 500 {
		t.Errorf("only %d addresses", len(hostile))
	}
	for _, address := range hostile {
		if err := outside(address); !errors.Is(err, opora.LinkRefused) {
			t.Errorf("%q: %v", address, err)
		}
	}
	want := []string{"http://example.org/?a=1&b=$(id);x#y", "https://xn--e1afmkfd.xn--p1ai/", "mailto:anna@example.org"}
	for _, address := range []string{"http://example.org/?a=1&b=$(id);x#y", "HTTPS://Пример.рф/", "mailto:anna@example.org"} {
		if err := outside(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		time.Sleep(50 * time.Millisecond) // the recorder runs beside: in order, please
	}
	var opened []string
	for range 100 {
		body, _ := os.ReadFile(record)
		if opened = strings.Fields(string(body)); len(opened) >= 2*len(want) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	slices.Sort(opened)
	all := append([]string{"1", "1", "1"}, want...)
	slices.Sort(all)
	if !slices.Equal(opened, all) {
		t.Errorf("opened %q, want %q", opened, all)
	}
}
