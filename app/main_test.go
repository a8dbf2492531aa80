package main

import "testing"

func TestWindowOrCommand(t *testing.T) {
	t.Setenv("OPORA_DATA", "/elsewhere")
	for _, test := range []struct {
		args   []string
		hidden bool
		dir    string
		window bool
	}{
		{nil, false, "/elsewhere", true},
		{[]string{"--hidden"}, true, "/elsewhere", true},
		{[]string{"--data", "/data"}, false, "/data", true},
		{[]string{"--data=/data", "--hidden"}, true, "/data", true},
		{[]string{"check"}, false, "", false},
		{[]string{"--data", "/data", "check", "--parallel", "4"}, false, "", false},
		{[]string{"--help"}, false, "", false},
		{[]string{"--no-such-flag"}, false, "", false},
		{[]string{"--data"}, false, "", false},
	} {
		hidden, dir, window := windowFlags(test.args)
		if hidden != test.hidden || dir != test.dir || window != test.window {
			t.Errorf("%q: got hidden %v, folder %q, window %v; want %v, %q, %v",
				test.args, hidden, dir, window, test.hidden, test.dir, test.window)
		}
	}
}
