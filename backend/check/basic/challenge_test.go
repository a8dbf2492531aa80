package basic

import (
	"net/http"
	"reflect"
	"testing"
)

func TestChallenges(t *testing.T) {
	tests := []struct {
		name   string
		fields []string
		want   []challenge
	}{
		{"one", []string{`Basic realm="Закрытая часть"`}, []challenge{{"basic", map[string]string{"realm": "Закрытая часть"}}}},
		{"no parameters", []string{"Negotiate"}, []challenge{{"negotiate", map[string]string{}}}},
		{"opaque text", []string{"NTLM TlRMTVNTUAAC==, Basic realm=x"}, []challenge{{"ntlm", map[string]string{}}, {"basic", map[string]string{"realm": "x"}}}},
		{"two in one field", []string{`Digest realm="a, b", nonce="n\"1", qop="auth,auth-int", Basic realm="c"`}, []challenge{
			{"digest", map[string]string{"realm": "a, b", "nonce": `n"1`, "qop": "auth,auth-int"}}, {"basic", map[string]string{"realm": "c"}}}},
		{"two fields", []string{`BASIC Realm=a`, `Bearer`}, []challenge{{"basic", map[string]string{"realm": "a"}}, {"bearer", map[string]string{}}}},
		{"spaces around the sign", []string{`Basic realm = "a" , charset = UTF-8`}, []challenge{{"basic", map[string]string{"realm": "a", "charset": "UTF-8"}}}},
		{"first value wins", []string{`Basic realm="a", realm="b"`}, []challenge{{"basic", map[string]string{"realm": "a"}}}},
		{"never ends", []string{`Basic realm="a`}, []challenge{{"basic", map[string]string{"realm": "a"}}}},
		{"empty", []string{"", " , "}, nil},
		{"rubbish", []string{`="x"`, `"Basic"`}, nil},
	}
	for _, tt := range tests {
		if got := challenges(http.Header{"Www-Authenticate": tt.fields}); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func FuzzChallenges(f *testing.F) {
	f.Add(`Digest realm="a, b", nonce="n\"1", Basic realm = c, NTLM abc==`)
	f.Fuzz(func(t *testing.T, field string) {
		for _, c := range challenges(http.Header{"Www-Authenticate": {field, field}}) {
			if c.scheme == "" || c.scheme != token(c.scheme) {
				t.Errorf("scheme %q is no token", c.scheme)
			}
		}
	})
}
