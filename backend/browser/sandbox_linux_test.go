package browser

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func proc(t *testing.T, pid int, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), file))
	if err != nil {
		return "" // it has just ended
	}
	return string(text)
}

func line(status, name string) []string {
	for text := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(text, name+":"); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}

// TestSandbox looks at the processes of a browser with a page open.
func TestSandbox(t *testing.T) {
	t.Setenv("OPORA_CANARY", "canary-of-the-environment")
	t.Setenv("http_proxy", "http://127.0.0.1:9")
	t.Setenv("SSLKEYLOGFILE", filepath.Join(t.TempDir(), "keys"))
	site := newSite(t, map[string]string{"/": "<body>here"})
	b := start(t, Options{})
	visit(t, tab(t, b), site.URL)
	guard, others := processesOf(b.profile.dir)
	renderers := 0
	for _, pid := range append(others, guard) {
		words := strings.Split(proc(t, pid, "cmdline"), "\x00")
		status := proc(t, pid, "status")
		for _, word := range words {
			if strings.HasPrefix(word, "--no-sandbox") || strings.HasPrefix(word, "--disable-setuid-sandbox") || strings.HasPrefix(word, "--remote-debugging-port") || strings.Contains(word, b.proxy.password) {
				t.Errorf("process %d has %q", pid, word)
			}
		}
		for entry := range strings.SplitSeq(proc(t, pid, "environ"), "\x00") {
			name, value, _ := strings.Cut(entry, "=")
			if strings.Contains(value, "canary") || strings.EqualFold(name, "http_proxy") || name == "SSLKEYLOGFILE" || strings.Contains(value, b.proxy.password) {
				t.Errorf("process %d knows %s", pid, name)
			}
		}
		if uids := line(status, "Uid"); pid != guard && len(uids) == 4 && (uids[0] == "0" || uids[1] == "0") {
			t.Errorf("process %d is root", pid)
		}
		if !strings.Contains(strings.Join(words, " "), "--type=renderer") {
			continue
		}
		renderers++
		if got := line(status, "Seccomp"); len(got) != 1 || got[0] != "2" {
			t.Errorf("renderer %d has seccomp mode %q, want 2", pid, got)
		}
		if got := line(status, "NSpid"); len(got) < 2 {
			t.Errorf("renderer %d has process numbers %q, want a space of its own", pid, got)
		}
		if got := line(status, "CapEff"); len(got) != 1 || strings.Trim(got[0], "0") != "" {
			t.Errorf("renderer %d has capabilities %q", pid, got)
		}
		own, _ := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
		ours, _ := os.Readlink("/proc/self/ns/net")
		if own == "" || own == ours {
			t.Errorf("renderer %d is in our network", pid)
		}
	}
	if renderers == 0 {
		t.Error("no renderer found")
	}
	t.Run("listening", func(t *testing.T) { testNothingListens(t, b) })
}

// testNothingListens looks at the sockets of all processes of a browser.
func testNothingListens(t *testing.T, b *Browser) {
	site := newSite(t, map[string]string{"/": "<body>here"})
	ctx := tab(t, b)
	visit(t, ctx, site.URL)
	ask[any](t, ctx, "new RTCPeerConnection().createDataChannel('x'); 0")
	guard, others := processesOf(b.profile.dir)
	inodes := map[string]int{}
	socket := regexp.MustCompile(`^socket:\[(\d+)\]$`)
	for _, pid := range append(others, guard) {
		entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
		for _, entry := range entries {
			to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, entry.Name()))
			if m := socket.FindStringSubmatch(to); m != nil {
				inodes[m[1]] = pid
			}
		}
	}
	if len(inodes) == 0 {
		t.Fatal("no sockets seen: the test is blind")
	}
	_, port, _ := net.SplitHostPort(b.proxy.address())
	number, _ := strconv.Atoi(port)
	proxy := fmt.Sprintf("0100007F:%04X", number)
	connections := 0
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for row := range bytes.Lines(text) {
			fields := strings.Fields(string(row))
			if len(fields) < 10 || inodes[fields[9]] == 0 {
				continue
			}
			connections++
			if listening := fields[3] == "0A" || strings.HasPrefix(table, "udp"); listening || fields[2] != proxy {
				t.Errorf("process %d has %s %s to %s, state %s", inodes[fields[9]], table, fields[1], fields[2], fields[3])
			}
		}
	}
	if connections == 0 {
		t.Error("no connection to the proxy seen: the test is blind")
	}
}
