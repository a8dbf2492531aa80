package lab_test

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"opora/backend/lab"
)

// TestServersDieWithTheirProgram kills a program that has started servers, and
// finds none of them alive.
func TestServersDieWithTheirProgram(t *testing.T) {
	if dir := os.Getenv("LAB_TEST_CHILD"); dir != "" {
		child(t, dir)
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip(lab.ErrSystem)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestServersDieWithTheirProgram$")
	cmd.Env = append(os.Environ(), "LAB_TEST_CHILD="+t.TempDir())
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for lines := bufio.NewScanner(output); len(addresses) == 0 && lines.Scan(); {
		if list, found := strings.CutPrefix(lines.Text(), "serving "); found {
			addresses = strings.Fields(list)
		}
	}
	for _, address := range addresses {
		if !listens(address) {
			t.Errorf("%s does not listen before", address)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if len(addresses) != 2 {
		t.Fatalf("got addresses %v, want two", addresses)
	}
	for _, address := range addresses {
		for end := time.Now().Add(5 * time.Second); listens(address); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s still listens", address)
			}
		}
	}
}

func child(t *testing.T, dir string) {
	nginx, err := lab.StartNginx(context.Background(), dir+"/nginx", lab.NginxOptions{})
	lab.Require(t, err)
	wiki, err := lab.StartDokuWiki(context.Background(), dir+"/wiki", lab.DokuWikiOptions{})
	lab.Require(t, err)
	_, _ = os.Stdout.WriteString("serving " + nginx.Addr + " " + wiki.Addr + "\n")
	select {}
}

func listens(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
