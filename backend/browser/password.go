package browser

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// proxyScheme is how the proxy asks for its password. It is not the scheme of
// most sites, so that a browser can be told to take up this one and no other.
const proxyScheme = "digest"

const proxyRealm = "opora"

// challenge is the proxy's question for its password (RFC 7616). One nonce is
// enough: who could listen on loopback needs no password.
func (p *proxy) challenge() string {
	return fmt.Sprintf(`Digest realm="%s", qop="auth", algorithm=SHA-256, nonce="%s"`, proxyRealm, p.nonce)
}

// knows tells the browser from other callers.
func (p *proxy) knows(r *http.Request) bool {
	said := directives(r.Header.Get("Proxy-Authorization"))
	// A browser names the path alone, as it would to the site.
	_, path, _ := strings.Cut(strings.TrimPrefix(r.RequestURI, "http://"), "/")
	if said["nonce"] != p.nonce || said["uri"] != r.RequestURI && said["uri"] != "/"+path {
		return false
	}
	account := sum(proxyUser, proxyRealm, p.password)
	want := sum(account, p.nonce, said["nc"], said["cnonce"], "auth", sum(r.Method, said["uri"]))
	return subtle.ConstantTimeCompare([]byte(said["response"]), []byte(want)) == 1
}

func sum(parts ...string) string {
	hash := sha256.Sum256([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(hash[:])
}

// directives reads the parts of a digest answer; nil where it is none.
func directives(header string) map[string]string {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, proxyScheme) {
		return nil
	}
	list := map[string]string{}
	for rest != "" {
		name, value, found := strings.Cut(strings.TrimLeft(rest, ", "), "=")
		if !found {
			return list
		}
		if quoted, ok := strings.CutPrefix(value, `"`); ok {
			value, rest, _ = strings.Cut(quoted, `"`)
		} else {
			value, rest, _ = strings.Cut(value, ",")
		}
		list[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	return list
}
