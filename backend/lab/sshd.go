package lab

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

// SSHUser is an account that only one lab server knows.
type SSHUser struct {
	Name     string
	Password string
	Keys     []ssh.PublicKey // that open the account
	Shell    string          // empty means /bin/sh
	Expired  bool            // the password must be changed at the next login
	Locked   bool            // as "passwd -l" leaves an account
}

// SSHDOptions choose what a server is like.
type SSHDOptions struct {
	Users  []SSHUser
	Addr   string   // "127.0.0.1:port" to take an earlier server's place; empty for a free one
	PAM    bool     // ask through PAM, as distributions do; else the password file directly
	Config []string // lines of sshd_config that come first, so that they win
}

// SSHD is a running OpenSSH server.
type SSHD struct {
	Addr        string
	Fingerprint string // of its one host key, "SHA256:…"
	*process
}

// StartSSHD runs OpenSSH with a fresh host key and users of its own. It needs
// root: the password file of the machine stays as it is, and the server sees
// another one in a mount namespace.
func StartSSHD(ctx context.Context, dir string, options SSHDOptions) (*SSHD, error) {
	sshd, err := program("sshd", "openssh-server")
	if err != nil {
		return nil, err
	}
	unshare, err := program("unshare", "util-linux")
	if err != nil {
		return nil, err
	}
	if err := exec.CommandContext(ctx, unshare, "--mount", "true").Run(); err != nil {
		return nil, ErrPrivilege // root of a container that may not mount
	}
	if options.Addr == "" {
		if options.Addr, err = FreeAddr(); err != nil {
			return nil, err
		}
	}
	fingerprint, err := sshFiles(dir, options)
	if err != nil {
		return nil, fmt.Errorf("sshd: %w", err)
	}
	script := `set -e
mount --bind "$1/etc/passwd" /etc/passwd
mount --bind "$1/etc/group" /etc/group
mount --bind "$1/etc/shadow" /etc/shadow
if [ -d /etc/pam.d ]; then mount --bind "$1/etc/pam.d" /etc/pam.d; fi
mount --bind "$1/home" /home
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd
set -- "$2" -D -e -f "$1/sshd_config"
# Newer versions put a client that failed too often into quarantine.
if "$@" -t -o PerSourcePenalties=no 2>/dev/null; then set -- "$@" -o PerSourcePenalties=no; fi
exec "$@"`
	cmd := exec.Command(unshare, "--mount", "sh", "-c", script, "sh", dir, sshd)
	p, err := start(ctx, dir, "sshd", cmd)
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, p, greets("tcp", options.Addr, "SSH-2.0-")); err != nil {
		p.Stop()
		return nil, err
	}
	return &SSHD{Addr: options.Addr, Fingerprint: fingerprint, process: p}, nil
}

func sshFiles(dir string, options SSHDOptions) (fingerprint string, err error) {
	fingerprint, err = hostKey(filepath.Join(dir, "host_key"))
	if err != nil {
		return "", err
	}
	host, port, err := net.SplitHostPort(options.Addr)
	if err != nil {
		return "", err
	}
	passwd := "root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
	shadow := "root:*:19000:0:99999:7:::\nsshd:!:19000::::::\nnobody:*:19000:0:99999:7:::\n"
	group := "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n"
	for i, user := range options.Users {
		id, shell, changed := 20000+i, user.Shell, "19000"
		if shell == "" {
			shell = "/bin/sh"
		}
		if user.Expired {
			changed = "0"
		}
		hash, err := crypted(user.Password)
		if err != nil {
			return "", err
		}
		if user.Locked {
			hash = "!" + hash
		}
		passwd += fmt.Sprintf("%s:x:%d:%d::/home/%d:%s\n", user.Name, id, id, id, shell)
		shadow += fmt.Sprintf("%s:%s:%s:0:99999:7:::\n", user.Name, hash, changed)
		group += fmt.Sprintf("lab%d:x:%d:\n", i, id)
		home := filepath.Join(dir, "home", fmt.Sprint(id))
		var keys strings.Builder
		for _, key := range user.Keys {
			keys.Write(ssh.MarshalAuthorizedKey(key))
		}
		if err := write(filepath.Join(home, ".ssh", "authorized_keys"), keys.String(), 0o644); err != nil {
			return "", err
		}
		for _, path := range []string{home, filepath.Join(home, ".ssh"), filepath.Join(home, ".ssh", "authorized_keys")} {
			if err := os.Chown(path, id, id); err != nil {
				return "", err
			}
		}
	}
	yes := map[bool]string{true: "yes", false: "no"}
	config := strings.Join(append(append([]string{}, options.Config...),
		"ListenAddress "+net.JoinHostPort(host, port), "HostKey "+filepath.Join(dir, "host_key"), "PidFile none",
		"UsePAM "+yes[options.PAM], "KbdInteractiveAuthentication "+yes[options.PAM], "PasswordAuthentication yes",
		"PermitRootLogin no", "UseDNS no", "PrintMotd no", "PrintLastLog no",
		"Subsystem sftp internal-sftp"), "\n") + "\n"
	pam := "auth required pam_unix.so\naccount required pam_unix.so\npassword required pam_unix.so\nsession required pam_permit.so\n"
	for path, text := range map[string]string{
		"etc/passwd": passwd, "etc/group": group, "sshd_config": config, "etc/pam.d/sshd": pam, "etc/pam.d/passwd": pam, "etc/pam.d/other": pam,
	} {
		if err := write(filepath.Join(dir, path), text, 0o644); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "home"), 0o755); err != nil {
		return "", err
	}
	return fingerprint, write(filepath.Join(dir, "etc/shadow"), shadow, 0o600)
}

func hostKey(path string) (fingerprint string, err error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		return "", err
	}
	if err := write(path, string(pem.EncodeToMemory(block)), 0o600); err != nil {
		return "", err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", err
	}
	return ssh.FingerprintSHA256(key), nil
}
