package lab

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// User is a name and a password.
type User struct{ Name, Password string }

// NginxOptions choose what a server is like. Its pages are "/" and
// "/private/deep/page", all behind Basic authentication (RFC 7617) unless Public.
type NginxOptions struct {
	Users  []User
	TLS    bool   // with a fresh self-signed certificate for 127.0.0.1
	Public bool   // "/" is for everyone, only "/private/" is not
	Server string // more lines for the server block
}

// Nginx is a running nginx.
type Nginx struct {
	Addr string
	URL  string // of "/", with the slash
	*process
}

// StartNginx runs nginx with Basic authentication.
func StartNginx(ctx context.Context, dir string, options NginxOptions) (*Nginx, error) {
	if err := htpasswd(filepath.Join(dir, "htpasswd"), options.Users); err != nil {
		return nil, err
	}
	for _, page := range []string{"index.html", "private/index.html", "private/deep/page"} {
		text := "<!doctype html><title>" + page + "</title><h1>" + page + "</h1>"
		if err := write(filepath.Join(dir, "www", page), text, 0o644); err != nil {
			return nil, err
		}
	}
	where := "/"
	if options.Public {
		where = "/private/"
	}
	server := fmt.Sprintf("root %s;\ndefault_type text/html;\nlocation %s { auth_basic \"Закрытая часть\"; auth_basic_user_file %s; }\n%s",
		filepath.Join(dir, "www"), where, filepath.Join(dir, "htpasswd"), options.Server)
	return startNginx(ctx, dir, server, options.TLS)
}

// startNginx runs nginx with one server block, as a single process.
func startNginx(ctx context.Context, dir, server string, secure bool) (*Nginx, error) {
	return startNginxIn(ctx, nil, dir, server, secure)
}

// startNginxIn is startNginx in an overlay.
func startNginxIn(ctx context.Context, o *overlay, dir, server string, secure bool) (*Nginx, error) {
	nginx, err := program("nginx", "nginx")
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	scheme, listen := "http", addr
	if secure {
		scheme, listen = "https", addr+" ssl"
		if err := selfSigned(dir); err != nil {
			return nil, err
		}
		server += fmt.Sprintf("\nssl_certificate %s/cert.pem;\nssl_certificate_key %s/key.pem;", dir, dir)
	}
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s/tmp_%s;\n", kind, dir, kind)
	}
	config := fmt.Sprintf(`daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr;
events { worker_connections 512; }
http {
types { text/html html; text/css css; application/javascript js; image/png png; image/svg+xml svg; image/gif gif; }
access_log %[1]s/access.log;
%[2]s
server {
listen %[3]s;
server_name _;
%[4]s
}
}
`, dir, temporary, listen, server)
	path := filepath.Join(dir, "nginx.conf")
	if err := write(path, config, 0o600); err != nil {
		return nil, err
	}
	p, err := start(ctx, dir, "nginx", o.inside(exec.Command(nginx, "-p", dir, "-e", "stderr", "-c", path)))
	if err != nil {
		return nil, err
	}
	if err := ready(ctx, p, greets("tcp", addr, "")); err != nil {
		p.Stop()
		return nil, err
	}
	return &Nginx{Addr: addr, URL: scheme + "://" + addr + "/", process: p}, nil
}

func htpasswd(path string, users []User) error {
	var lines strings.Builder
	for _, user := range users {
		hash, err := crypted(user.Password)
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s:%s\n", user.Name, hash)
	}
	return write(path, lines.String(), 0o600)
}

func selfSigned(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "Opora lab"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})), 0o644); err != nil {
		return err
	}
	return write(filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), 0o600)
}

// answers reports whether a page is served without an error of the server.
func answers(address string) func(context.Context) error {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the lab asks itself
	}}
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode >= 500 {
			return fmt.Errorf("%s answers %s", address, response.Status)
		}
		return nil
	}
}
