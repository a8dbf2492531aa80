package sqlite

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"opora/backend/opora"
	"opora/backend/pace"
)

// The kill test runs this test program again as the importer that is killed.
const importerVariable = "OPORA_IMPORTER_CHILD"

func TestMain(m *testing.M) {
	if task := os.Getenv(importerVariable); task != "" {
		if err := importChild(context.Background(), task); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// importTask is what an importer does until it is killed: generation after
// generation of the same pages, of which every third stays as it is.
type importTask struct {
	Dir    string
	Source int64
	First  int // the number of the first generation
	Point  int // the call of the shelf at which to end; 0 for never
	Delay  time.Duration
	Rounds int // 0 for no end
}

const killPages = 100

// killText is what a page holds in a generation.
func killText(page, generation int) string {
	if page%3 == 0 {
		generation = 0
	}
	return fmt.Sprintf("страница %d поколения %d", page, generation)
}

func importChild(ctx context.Context, text string) error {
	var task importTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}
	s, err := OpenShelf(ctx, task.Dir, time.Now)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	calls := 0
	pass := func() {
		if calls++; calls == task.Point {
			time.AfterFunc(task.Delay, func() { _ = self.Kill() })
		}
	}
	for n := task.First; task.Rounds == 0 || n < task.First+task.Rounds; n++ {
		stage, err := s.Stage(ctx, task.Source)
		if err != nil {
			return err
		}
		resumed := 0
		for page := range killPages {
			path := fmt.Sprintf("p%d.md", page)
			want := killText(page, n)
			pass()
			known, found, err := stage.Staged(ctx, path)
			if err != nil {
				return err
			}
			if found && known.Hash == want {
				resumed++
				continue
			}
			if known, found, err := stage.Shown(ctx, path); err != nil {
				return err
			} else if found && known.Hash == want {
				if err := stage.Same(ctx, path); err != nil {
					return err
				}
				continue
			}
			if err := stage.Put(ctx, leaf(path, want)); err != nil {
				return err
			}
		}
		fmt.Println("resumed", resumed)
		fmt.Println("commits", n)
		pass()
		if _, err := stage.Commit(ctx); err != nil {
			return err
		}
		fmt.Println("shown", n)
	}
	return nil
}

// generationOf looks at what readers see: the number of the one generation that
// everything is of; -1 before the first.
func generationOf(ctx context.Context, s *Shelf) (int, error) {
	seen, pages := map[int]int{}, 0
	_, err := s.Feed().All(ctx, func(f opora.Findable) error {
		var page, generation int
		if _, err := fmt.Sscanf(f.Text, "страница %d поколения %d", &page, &generation); err != nil {
			return err
		}
		pages++
		if page%3 != 0 {
			seen[generation]++
		}
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case pages == 0:
		return -1, nil
	case pages != killPages || len(seen) != 1:
		return 0, fmt.Errorf("readers see %d pages of generations %v", pages, seen)
	}
	for generation := range seen {
		return generation, nil
	}
	return 0, errors.New("nothing")
}

// TestImportKilledAnywhere ends importers at their calls and between them, while
// another process reads: it always sees one whole generation, and none older
// than one that was said to be shown.
func TestImportKilledAnywhere(t *testing.T) {
	kills := 40
	if pace.Alone() {
		kills = 160
	}
	if pace.Long() {
		kills = 1500
	}
	dir := t.TempDir()
	s := openShelf(t, dir)
	source := mustSource(t, s, "/docs")

	reading, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	looks := 0
	readers.Go(func() {
		newest := -1
		for reading.Err() == nil {
			generation, err := generationOf(reading, s)
			if err != nil && reading.Err() == nil {
				t.Error(err)
				return
			}
			if err == nil && generation < newest {
				t.Errorf("readers see generation %d after %d", generation, newest)
			}
			newest = max(newest, generation)
			looks++
			time.Sleep(10 * time.Millisecond)
		}
	})

	next, acknowledged, killed, resumed := 1, -1, 0, 0
	run := func(task importTask) {
		text, err := json.Marshal(task)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), importerVariable+"="+string(text))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		begun := -1
		for lines := bufio.NewScanner(out); lines.Scan(); {
			word, rest, _ := strings.Cut(lines.Text(), " ")
			var n int
			_, _ = fmt.Sscan(rest, &n)
			switch word {
			case "resumed":
				resumed += min(n, 1)
			case "commits":
				begun = n
			case "shown":
				acknowledged = n
			default:
				t.Errorf("the importer says %q", lines.Text())
			}
		}
		if err := cmd.Wait(); err != nil {
			killed++
		}
		generation, err := generationOf(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if generation != acknowledged && generation != begun {
			t.Errorf("readers see generation %d; %d was said to be shown, %d was about to be", generation, acknowledged, begun)
		}
		acknowledged = generation
		next = max(next, generation+1)
	}
	for n := range kills {
		// Every fourth ends in the commit or behind it, every fourth on the way to
		// the one after; the rest on the way to the first.
		task := importTask{Dir: dir, Source: source.ID, First: next, Point: 1 + n*37%(killPages+1)}
		switch n % 4 {
		case 0:
			task.Point = killPages + 1
			task.Delay = time.Duration(rand.IntN(40_000)) * time.Microsecond
		case 1:
			task.Delay = time.Duration(rand.IntN(10_000)) * time.Microsecond
		case 2:
			task.Point += killPages + 1
		}
		run(task)
	}
	stop()
	readers.Wait()
	run(importTask{Dir: dir, Source: source.ID, First: next, Rounds: 1})
	t.Logf("%d killed, %d went on from where one was killed, %d looks, %d generations shown", killed, resumed, looks, acknowledged)
	if killed < kills || resumed == 0 || acknowledged < 3 || looks == 0 {
		t.Errorf("%d of %d were killed, %d went on, %d generations, %d looks", killed, kills, resumed, acknowledged, looks)
	}
	for _, table := range []string{"content", "listing", "article"} {
		if n := rows(t, s, table); n != killPages {
			t.Errorf("%d rows of %s are kept of %d pages", n, table, killPages)
		}
	}
	if err := s.sound(t.Context()); err != nil {
		t.Error(err)
	}
}
