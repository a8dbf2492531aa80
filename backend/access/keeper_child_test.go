package access_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"opora/backend/access"
	"opora/backend/keyring"
	"opora/backend/lab"
	"opora/backend/opora"
	"opora/backend/sqlite"
)

// The kill tests run this test program again as the process that is killed.
const (
	childVariable = "OPORA_KEEPER_CHILD"
	keyringName   = "opora.v1"
)

// childTask is what such a process does in a data folder.
type childTask struct {
	Dir     string
	Bus     string
	Name    string        // of the process, unique in the test
	First   int           // which kind of change comes first
	Saves   int           // how many goroutines save, and nothing else; 0 for changes of all kinds until killed
	Point   int           // the point at which to end; 0 for never
	Delay   time.Duration // how long after that point
	Changes int           // how many changes at most; 0 for no end
}

// report is what a process found after recovering.
type report struct {
	Wrong   []string // what should not be
	Pending int
	Noted   []string // check ids
	Refs    []string // that the keyring has items for
}

// died ends the process as a crash does: no defer, no exit handler.
func died() {
	self, _ := os.FindProcess(os.Getpid())
	_ = self.Kill()
	select {}
}

// points counts the moments at which the process may end.
type points struct {
	passed atomic.Int64
	task   childTask
}

func (p *points) pass() {
	if p.passed.Add(1) != int64(p.task.Point) {
		return
	}
	if p.task.Delay == 0 {
		died()
	}
	time.AfterFunc(p.task.Delay, died)
}

// mortalStore and mortalRing are the real ones with a point before and after
// every step.
type mortalStore struct {
	*sqlite.DB
	*points
}

func (s mortalStore) BeginSave(ctx context.Context, ref string, sealed []byte) error {
	s.pass()
	defer s.pass()
	return s.DB.BeginSave(ctx, ref, sealed)
}

func (s mortalStore) CommitSave(ctx context.Context, ref string, credential opora.Credential, note opora.Note) (opora.Credential, opora.Note, string, error) {
	s.pass()
	defer s.pass()
	return s.DB.CommitSave(ctx, ref, credential, note)
}

func (s mortalStore) BeginForget(ctx context.Context, id int64) (string, error) {
	s.pass()
	defer s.pass()
	return s.DB.BeginForget(ctx, id)
}

func (s mortalStore) DropIntent(ctx context.Context, ref string) error {
	s.pass()
	defer s.pass()
	return s.DB.DropIntent(ctx, ref)
}

type mortalRing struct {
	*keyring.Ring
	*points
}

func (r mortalRing) Set(ctx context.Context, ref string, item opora.Secret) error {
	r.pass()
	defer r.pass()
	return r.Ring.Set(ctx, ref, item)
}

func (r mortalRing) Delete(ctx context.Context, ref string) error {
	r.pass()
	defer r.pass()
	return r.Ring.Delete(ctx, ref)
}

func childMain(text string) int {
	var task childTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		fmt.Println("failed", err)
		return 1
	}
	if err := child(context.Background(), task); err != nil {
		fmt.Println("failed", err)
		return 1
	}
	return 0
}

func child(ctx context.Context, task childTask) error {
	db, err := sqlite.Open(ctx, task.Dir, time.Now)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	p := &points{task: task}
	keeper := &access.Keeper{
		Store: mortalStore{db, p}, Ring: mortalRing{&keyring.Ring{}, p}, Lock: filepath.Join(task.Dir, "keeper.lock"),
	}
	customer, err := db.CustomerNamed(ctx, "Колос")
	if errors.Is(err, opora.NotFound) {
		customer, err = db.AddCustomer(ctx, "Колос")
	}
	if err != nil {
		return err
	}
	if task.Saves > 0 {
		return saveTogether(ctx, keeper, customer, task)
	}
	if err := keeper.Recover(ctx); err != nil {
		return err
	}
	found, err := inspect(ctx, db, task.Bus)
	if err != nil {
		return err
	}
	line, err := json.Marshal(found)
	if err != nil {
		return err
	}
	fmt.Println("report", string(line))
	for i := 0; task.Changes == 0 || i < task.Changes; i++ {
		if err := change(ctx, db, keeper, customer, task, i); err != nil {
			return err
		}
	}
	return nil
}

// change does one of the things that a keeper does, and says so when it is done.
func change(ctx context.Context, db *sqlite.DB, keeper *access.Keeper, customer opora.Customer, task childTask, i int) error {
	checkID := fmt.Sprintf("%s-%d", task.Name, i)
	login := fmt.Sprint("user", (task.First+i)%7) // few logins: most saves replace
	switch (task.First + i) % 4 {
	case 3:
		all, err := db.Credentials(ctx, customer.ID)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.Forgotten {
				continue
			}
			if err := keeper.Forget(ctx, c.ID); err != nil {
				return err
			}
			fmt.Println("forgot", c.SecretRef)
			return nil
		}
	case 2:
		login += "-large" // its secret is sealed
	}
	if err := save(ctx, keeper, customer, login, checkID); err != nil {
		return err
	}
	fmt.Println("saved", checkID)
	return nil
}

func saveTogether(ctx context.Context, keeper *access.Keeper, customer opora.Customer, task childTask) error {
	var wait sync.WaitGroup
	failed := make(chan error, task.Saves)
	for i := range task.Saves {
		wait.Go(func() {
			checkID := fmt.Sprintf("%s-%d", task.Name, i)
			if err := save(ctx, keeper, customer, fmt.Sprint("user", i%4), checkID); err != nil {
				failed <- err
				return
			}
			fmt.Println("saved", checkID)
		})
	}
	wait.Wait()
	close(failed)
	return <-failed
}

func save(ctx context.Context, keeper *access.Keeper, customer opora.Customer, login, checkID string) error {
	credential := opora.Credential{Kind: opora.SSH, Address: "kolos.example:22", Login: login}
	check := opora.Check{ID: checkID, StartedAt: time.Now(), Finding: opora.Found(opora.OK)}
	_, _, err := keeper.Save(ctx, customer, credential, secretsFor(login, checkID), check, false)
	return err
}

// secretsFor derives the secrets of a save from its check id, so that another
// process knows what should be in the keyring.
func secretsFor(login, checkID string) opora.Secrets {
	sum := sha256.Sum256([]byte("canary " + checkID))
	text := hex.EncodeToString(sum[:])
	if strings.HasSuffix(login, "-large") {
		return opora.Secrets{Key: opora.NewSecret(strings.Repeat(text+"\n", 50)), Passphrase: opora.NewSecret(text)}
	}
	return opora.Secrets{Password: opora.NewSecret(text)}
}

// inspect looks at a data folder and its keyring from outside the keeper.
func inspect(ctx context.Context, db *sqlite.DB, bus string) (report, error) {
	found := report{Wrong: []string{}, Noted: []string{}}
	wrong := func(format string, args ...any) { found.Wrong = append(found.Wrong, fmt.Sprintf(format, args...)) }
	if db.Moved != "" {
		wrong("the data file was damaged")
	}
	pending, err := db.Pending(ctx)
	if err != nil {
		return found, err
	}
	found.Pending = len(pending)
	notes, err := db.Notes(ctx, 0)
	if err != nil {
		return found, err
	}
	for _, note := range notes {
		if slices.Contains(found.Noted, note.Check.ID) {
			wrong("check %s has two notes", note.Check.ID)
		}
		found.Noted = append(found.Noted, note.Check.ID)
	}
	ring := &keyring.Ring{}
	credentials, err := db.Credentials(ctx, 0)
	if err != nil {
		return found, err
	}
	refs := []string{}
	for _, c := range credentials {
		if !slices.Contains(found.Noted, c.Check.ID) {
			wrong("credential %d has no note", c.ID)
		}
		if c.Forgotten {
			continue
		}
		refs = append(refs, c.SecretRef)
		sealed, err := db.Sealed(ctx, c.SecretRef)
		if err != nil {
			return found, err
		}
		secret, err := ring.Get(ctx, c.SecretRef, sealed)
		if err != nil || !secret.Equal(opora.NewSecret(secretsFor(c.Login, c.Check.ID).Pack())) {
			wrong("credential %d has not the secret of its note: %v", c.ID, err)
		}
	}
	found.Refs, err = (&lab.Keyring{Bus: &lab.Bus{Address: bus}}).Accounts(keyringName)
	if err != nil {
		return found, err
	}
	if slices.Sort(refs); !slices.Equal(refs, found.Refs) {
		wrong("the keyring has %d items, the data file points to %d", len(found.Refs), len(refs))
	}
	return found, nil
}
