// Command peers measures Opora's search beside what others use: SQLite FTS5 as
// it comes, bleve, and ripgrep where it is installed. All get the same
// documents and the same queries in one run, each in a process of its own, one
// after the other. It is a module of its own so that Opora depends on none of them.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"opora/backend/search/sample"
)

// engine is one way to find documents.
type engine interface {
	build(ctx context.Context, s *store) error
	// open is what a program does when it starts.
	open(ctx context.Context, s *store) error
	// find gives the best 20 of what matches, whatever it takes for the best.
	find(ctx context.Context, query string) ([]int64, error)
	close() error
}

func engines(dir string) map[string]engine {
	return map[string]engine{
		"opora":   &ownEngine{dir: filepath.Join(dir, "opora")},
		"fts5":    &fts{path: filepath.Join(dir, "fts.db")},
		"bleve":   &bleveEngine{path: filepath.Join(dir, "bleve")},
		"ripgrep": &ripgrep{path: filepath.Join(dir, "lines.txt")},
	}
}

// figures are what one engine came to.
type figures struct {
	BuildRate float64         // documents a second
	Open      time.Duration   // until the first answer
	Took      []time.Duration // of each query, in their order
	Resident  int64           // bytes
	Found     []bool          // whether the document that a query was made of was among the first five
}

func main() {
	documents := flag.Int64("documents", 100_000, "how many documents")
	each := flag.Int("each", 50, "how many queries of each sort")
	only := flag.String("only", "opora,fts5,bleve,ripgrep", "the engines, with commas")
	child := flag.String("child", "", "for the program itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var err error
	if *child != "" {
		err = runChild(ctx, *child, *only, *documents, *each)
	} else {
		err = runAll(ctx, strings.Split(*only, ","), *documents, *each)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

const seed = 1

func runAll(ctx context.Context, names []string, documents int64, each int) error {
	dir, err := os.MkdirTemp("", "opora-peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	began := time.Now()
	s, err := newStore(ctx, dir, sample.New(seed), documents)
	if err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	fmt.Printf("%d documents made and stored in %v\n", documents, time.Since(began).Round(time.Second))
	self, err := os.Executable()
	if err != nil {
		return err
	}
	results := map[string]figures{}
	for _, name := range names {
		if _, err := exec.LookPath("rg"); name == "ripgrep" && err != nil {
			fmt.Println("ripgrep is not installed: left out")
			continue
		}
		cmd := exec.CommandContext(ctx, self, "-child", dir, "-only", name, "-documents", strconv.FormatInt(documents, 10), "-each", strconv.Itoa(each))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var f figures
		if err := json.Unmarshal(out, &f); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		results[name] = f
	}
	table(names, results, sample.New(seed).Queries(each, documents))
	return nil
}

func runChild(ctx context.Context, dir, name string, documents int64, each int) error {
	e, ok := engines(dir)[name]
	if !ok {
		return fmt.Errorf("there is no engine %q", name)
	}
	s, err := openStore(dir)
	if err != nil {
		return err
	}
	defer s.close()
	queries := sample.New(seed).Queries(each, documents)
	if os.Getenv(builtVariable) == "" {
		return buildAndMeasure(ctx, e, s, documents)
	}
	f, err := measure(ctx, e, s, queries)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// builtVariable tells the process that measures from the one that builds: the
// memory that building takes is not that of searching.
const builtVariable = "OPORA_PEERS_BUILT"

func buildAndMeasure(ctx context.Context, e engine, s *store, documents int64) error {
	began := time.Now()
	if err := e.build(ctx, s); err != nil {
		return err
	}
	rate := float64(documents) / time.Since(began).Seconds()
	cmd := exec.CommandContext(ctx, os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), builtVariable+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var f figures
	if err := json.Unmarshal(out, &f); err != nil {
		return err
	}
	f.BuildRate = rate
	return json.NewEncoder(os.Stdout).Encode(f)
}

func measure(ctx context.Context, e engine, s *store, queries []sample.Query) (figures, error) {
	var f figures
	began := time.Now()
	if err := e.open(ctx, s); err != nil {
		return f, err
	}
	if _, err := e.find(ctx, queries[0].Text); err != nil {
		return f, err
	}
	f.Open = time.Since(began)
	for _, q := range queries {
		began := time.Now()
		found, err := e.find(ctx, q.Text)
		if err != nil {
			return f, fmt.Errorf("%q: %w", q.Text, err)
		}
		f.Took = append(f.Took, time.Since(began))
		f.Found = append(f.Found, slices.Contains(found[:min(5, len(found))], q.Want.ID))
	}
	f.Resident = resident()
	return f, e.close()
}

// resident is the memory of this process, in bytes; 0 where the system does not tell.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10
		}
	}
	return 0
}

func table(names []string, results map[string]figures, queries []sample.Query) {
	own := results["opora"]
	fmt.Printf("\n%-9s %12s %11s %9s %9s %9s %9s %9s\n", "engine", "built/s", "first, ms", "MiB", "p50, µs", "p95, µs", "p99, µs", "p95 ratio")
	for _, name := range names {
		f, ok := results[name]
		if !ok {
			continue
		}
		ratio := "-"
		if len(own.Took) > 0 {
			ratio = fmt.Sprintf("%.1f", float64(share(f.Took, 95))/float64(share(own.Took, 95)))
		}
		fmt.Printf("%-9s %12.0f %11d %9d %9d %9d %9d %9s\n", name, f.BuildRate, f.Open.Milliseconds(), f.Resident>>20,
			share(f.Took, 50).Microseconds(), share(f.Took, 95).Microseconds(), share(f.Took, 99).Microseconds(), ratio)
	}
	for _, what := range []string{"p95 in µs", "of the documents that the queries were made of, in the first five, %"} {
		fmt.Printf("\n%s\n%-20s", what, "")
		for _, name := range names {
			fmt.Printf(" %9s", name)
		}
		for _, sort := range sample.Sorts() {
			fmt.Printf("\n%-20s", sort)
			for _, name := range names {
				f, ok := results[name]
				if !ok {
					fmt.Printf(" %9s", "-")
					continue
				}
				var took []time.Duration
				found := 0
				for i, q := range queries {
					if q.Sort == sort {
						took = append(took, f.Took[i])
						if f.Found[i] {
							found++
						}
					}
				}
				if strings.HasPrefix(what, "p95") {
					fmt.Printf(" %9d", share(took, 95).Microseconds())
				} else {
					fmt.Printf(" %9d", 100*found/len(took))
				}
			}
		}
		fmt.Println()
	}
}

func share(took []time.Duration, percent int) time.Duration {
	if len(took) == 0 {
		return 0
	}
	list := slices.Sorted(slices.Values(took))
	return list[min(len(list)-1, len(list)*percent/100)]
}
