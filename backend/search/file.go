package search

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edsrzf/mmap-go"
	"github.com/gofrs/flock"
)

// folder holds the index file. Each writing makes a new name, since Windows
// does not replace a file that somebody has mapped; the older ones are removed
// as soon as nobody holds them.
type folder string

const (
	fileFormat = "search-%06d.idx"
	filePlan   = "search-*.idx"
	draftPlan  = "search-*.tmp"
)

// newest opens the newest sound file; nil when there is none.
func (f folder) newest() (*segment, []feedAt) {
	names, _ := filepath.Glob(filepath.Join(string(f), filePlan))
	slices.Sort(names)
	for _, name := range slices.Backward(names) {
		s, err := mapFile(name)
		if err != nil {
			continue
		}
		feeds, err := s.feeds()
		if err != nil {
			_ = s.close()
			continue
		}
		return s, feeds
	}
	return nil, nil
}

// lock is held by the one who writes. It is given up with the process.
func (f folder) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	lock := flock.New(f.lockName())
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("search: lock the index: %w", err)
	}
	f.sweep()
	return func() { _ = lock.Unlock() }, nil
}

// tryLock is lock for those who do not wait.
func (f folder) tryLock() (unlock func(), ok bool, err error) {
	lock := flock.New(f.lockName())
	if ok, err = lock.TryLock(); err != nil || !ok {
		return nil, false, err
	}
	return func() { _ = lock.Unlock() }, true, nil
}

func (f folder) lockName() string { return filepath.Join(string(f), "search.lock") }

// run writes and opens a file that is dropped with its segment.
func (f folder) run(ctx context.Context, fill func(*writer) error) (*segment, error) {
	name, err := f.draft(ctx, fill)
	if err != nil {
		return nil, err
	}
	s, err := mapFile(name)
	if err != nil {
		return nil, errors.Join(err, os.Remove(name))
	}
	unmap := s.release
	s.release = func() error { return errors.Join(unmap(), os.Remove(name)) }
	return s, nil
}

// write makes a new file and opens it. The lock must be held.
func (f folder) write(ctx context.Context, fill func(*writer) error) (*segment, error) {
	draft, err := f.draft(ctx, fill)
	if err != nil {
		return nil, err
	}
	names, _ := filepath.Glob(filepath.Join(string(f), filePlan))
	number := 0
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(name), fileFormat, &n); err == nil {
			number = max(number, n)
		}
	}
	name := filepath.Join(string(f), fmt.Sprintf(fileFormat, number+1))
	if err := os.Rename(draft, name); err != nil {
		return nil, errors.Join(err, os.Remove(draft))
	}
	f.settle()
	s, err := mapFile(name)
	if err != nil {
		return nil, err
	}
	for _, old := range names {
		_ = os.Remove(old) // on Windows it fails while another process holds it; the next writer tries again
	}
	return s, nil
}

// sweep removes what writers left that were killed. The lock must be held.
func (f folder) sweep() {
	drafts, _ := filepath.Glob(filepath.Join(string(f), draftPlan))
	for _, draft := range drafts {
		_ = os.Remove(draft)
	}
}

// settle makes the new name last; not every system can.
func (f folder) settle() {
	if dir, err := os.Open(string(f)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
}

// draft writes a whole file under a name that nobody reads.
func (f folder) draft(ctx context.Context, fill func(*writer) error) (name string, err error) {
	file, err := os.CreateTemp(string(f), draftPlan)
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	w := newWriter(until{ctx, file})
	if err := fill(w); err != nil {
		return "", err
	}
	header, err := w.header()
	if err != nil {
		return "", err
	}
	if _, err := file.WriteAt(header, 0); err != nil {
		return "", err
	}
	return file.Name(), file.Sync()
}

// mapFile checks a file and maps it. The sum is taken from what is read, not
// from the mapping, as every page touched there would count as our memory.
func mapFile(name string) (*segment, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(file, header); err != nil {
		return nil, errDamaged
	}
	rest := crc32.New(castagnoli())
	if _, err := io.CopyBuffer(struct{ io.Writer }{rest}, struct{ io.Reader }{file}, make([]byte, 1<<18)); err != nil {
		return nil, err
	}
	if _, should := sum(header); rest.Sum32() != should {
		return nil, errDamaged
	}
	data, err := mmap.Map(file, mmap.RDONLY, 0)
	if err != nil {
		return nil, err
	}
	s, err := readSegment(data)
	if err != nil {
		return nil, errors.Join(err, data.Unmap())
	}
	s.release = data.Unmap
	return s, nil
}

// until writes while nobody has given up.
type until struct {
	ctx context.Context
	out io.Writer
}

func (u until) Write(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.out.Write(b)
}
