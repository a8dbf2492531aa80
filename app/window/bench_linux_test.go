package window

import (
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"opora/backend/clipboard/displaytest"
)

// BenchmarkWindow measures how long it takes from the start of the program
// until its window can be seen, in turns with an empty window of the same
// framework, and reports both medians and their ratio.
func BenchmarkWindow(b *testing.B) {
	opora, empty := compile(b, "opora/app"), compile(b, "opora/app/window/emptywindow")
	own(b)
	displaytest.StartBus(b)
	s := startScreen(b)
	err := xproto.ChangeWindowAttributesChecked(s.conn, s.root, xproto.CwEventMask,
		[]uint32{xproto.EventMaskSubstructureNotify}).Check()
	if err != nil {
		b.Fatal(err)
	}
	events := make(chan xgb.Event, 1000)
	go func() {
		for {
			event, err := s.conn.WaitForEvent()
			if event == nil && err == nil {
				return
			}
			events <- event
		}
	}()
	for _, path := range []string{opora, empty} {
		appears(b, events, path) // reads the disk
	}
	var ours, theirs []time.Duration
	for b.Loop() {
		for range 7 {
			ours = append(ours, appears(b, events, opora))
			theirs = append(theirs, appears(b, events, empty))
		}
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	our, their := ours[len(ours)/2], theirs[len(theirs)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(our.Milliseconds()), "opora-ms")
	b.ReportMetric(float64(their.Milliseconds()), "empty-ms")
	b.ReportMetric(float64(our)/float64(their), "ratio")
}

// appears starts a program, waits for its window and ends it.
func appears(b *testing.B, events <-chan xgb.Event, path string) time.Duration {
	b.Helper()
	for len(events) > 0 {
		<-events
	}
	cmd := exec.Command(path)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	deadline := time.After(30 * time.Second)
	for {
		select {
		case event := <-events:
			if mapped, ok := event.(xproto.MapNotifyEvent); !ok || mapped.OverrideRedirect {
				continue
			}
			took := time.Since(began)
			time.Sleep(500 * time.Millisecond) // the page's process is still starting
			_ = cmd.Process.Signal(syscall.SIGTERM)
			if err := cmd.Wait(); err != nil {
				b.Fatalf("%s: %v", path, err)
			}
			return took
		case <-deadline:
			_ = cmd.Process.Kill()
			b.Fatalf("%s shows no window", path)
		}
	}
}
