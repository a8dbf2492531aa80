package lab_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"opora/backend/lab"
)

func login(addr, user, password, fingerprint string) error {
	client, err := ssh.Dial("tcp", addr, &ssh.ClientConfig{
		User: user, Auth: []ssh.AuthMethod{ssh.Password(password)}, Timeout: 10 * time.Second,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if ssh.FingerprintSHA256(key) != fingerprint {
				return exec.ErrNotFound
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	return client.Close()
}

func TestSSHD(t *testing.T) {
	server, err := lab.StartSSHD(t.Context(), t.TempDir(), lab.SSHDOptions{Users: []lab.SSHUser{{Name: "ivan", Password: "Пароль & 1"}}})
	lab.Require(t, err)
	if err := login(server.Addr, "ivan", "Пароль & 1", server.Fingerprint); err != nil {
		t.Errorf("right password: %v", err)
	}
	if login(server.Addr, "ivan", "другой", server.Fingerprint) == nil {
		t.Error("a wrong password is accepted")
	}
	server.Stop()
	if conn, err := net.Dial("tcp", server.Addr); err == nil {
		_ = conn.Close()
		t.Error("the server still listens after Stop")
	}
}

func status(t *testing.T, url, user, password string) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	request, _ := http.NewRequest(http.MethodGet, url, nil)
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestNginx(t *testing.T) {
	users := []lab.User{{Name: "ivan", Password: "Пароль & 1"}}
	for _, secure := range []bool{false, true} {
		server, err := lab.StartNginx(t.Context(), t.TempDir(), lab.NginxOptions{Users: users, TLS: secure, Public: true})
		lab.Require(t, err)
		for _, tt := range []struct {
			path, user, password string
			want                 int
		}{
			{"", "", "", 200}, {"private/", "", "", 401}, {"private/", "ivan", "Пароль & 1", 200}, {"private/", "ivan", "другой", 401},
			{"private/deep/page", "ivan", "Пароль & 1", 200},
		} {
			if got := status(t, server.URL+tt.path, tt.user, tt.password); got != tt.want {
				t.Errorf("/%s as %q: got %d, want %d", tt.path, tt.user, got, tt.want)
			}
		}
	}
}

func TestServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, err := lab.StartNginx(ctx, t.TempDir(), lab.NginxOptions{})
	lab.Require(t, err)
	cancel()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", server.Addr)
		if err != nil {
			return
		}
		_ = conn.Close()
		if time.Now().After(end) {
			t.Fatal("the server still listens")
		}
	}
}

func TestLighttpdAsksForDigest(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		server, err := lab.StartLighttpd(t.Context(), t.TempDir(), lab.LighttpdOptions{
			Users: []lab.User{{Name: "ivan", Password: "ivan-pw"}}, Algorithm: algorithm, Public: true,
		})
		lab.Require(t, err)
		if got := status(t, server.URL, "", ""); got != 200 {
			t.Errorf("/: got %d, want 200", got)
		}
		response, err := http.Get(server.URL + "private/")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		challenge := response.Header.Get("WWW-Authenticate")
		if response.StatusCode != 401 || !strings.HasPrefix(challenge, "Digest ") || !strings.Contains(challenge, algorithm) {
			t.Errorf("private/: got %d, %q; want 401, a Digest challenge with %s", response.StatusCode, challenge, algorithm)
		}
	}
}
