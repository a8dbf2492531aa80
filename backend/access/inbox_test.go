package access

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"opora/backend/opora"
)

const message = "Здравствуйте! Сайт https://korica.example/wp-admin логин admin пароль Sdf8-kkL2\nсервер: ssh root@203.0.113.7 -p 2222 пароль 8fHsq!2x"

// office is an inbox with a far side and a keeper that a test controls.
type office struct {
	*Inbox
	mu      sync.Mutex
	kept    []opora.Credential
	keepErr error
	online  atomic.Bool
	now     time.Time
	answer  func(ctx context.Context, c opora.Credential) opora.Finding
	checks  atomic.Int32
	views   map[int64]Intake
}

func newOffice(t *testing.T) *office {
	o := &office{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), views: map[int64]Intake{}}
	o.online.Store(true)
	o.answer = func(context.Context, opora.Credential) opora.Finding { return opora.Found(opora.OK) }
	o.Inbox = &Inbox{
		Prover: Prover{
			Check: func(ctx context.Context, c opora.Credential, _ opora.Secrets, progress func(opora.Step)) opora.Check {
				o.checks.Add(1)
				progress(opora.Step{Step: opora.StepStart})
				return opora.Check{ID: c.Address, Finding: o.answer(ctx, c), Evidence: []opora.Step{{Step: opora.StepStart}}}
			},
			Keep: func(_ context.Context, customer opora.Customer, c opora.Credential, s opora.Secrets, check opora.Check, byWord bool) (opora.Credential, opora.Note, error) {
				o.mu.Lock()
				defer o.mu.Unlock()
				if o.keepErr != nil {
					return opora.Credential{}, opora.Note{}, o.keepErr
				}
				c.ID, c.CustomerID, c.Proven = int64(len(o.kept)+1), customer.ID, !byWord
				o.kept = append(o.kept, c)
				return c, opora.Note{}, nil
			},
		},
		Customer: func(_ context.Context, id int64) (opora.Customer, error) {
			return opora.Customer{ID: id, Name: "Корица"}, nil
		},
		Named: func(_ context.Context, name string) (opora.Customer, error) {
			return opora.Customer{ID: 7, Name: name}, nil
		},
		Online: func() bool { return o.online.Load() },
		Changed: func(i Intake) {
			o.mu.Lock()
			defer o.mu.Unlock()
			if i.Revision > o.views[i.ID].Revision {
				o.views[i.ID] = i
			}
		},
		Removed:  func(int64) {},
		Finished: func(Draft) {},
		Now:      func() time.Time { o.mu.Lock(); defer o.mu.Unlock(); return o.now },
		Life:     func() time.Duration { return 8 * time.Hour },
	}
	t.Cleanup(func() {
		o.Close()
		goleak.VerifyNone(t, goleak.IgnoreCurrent())
	})
	return o
}

// settled waits until no draft of the intake is under way.
func (o *office) settled(t *testing.T, id int64) Intake {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		view := o.viewOf(id)
		busy := false
		for _, d := range view.Drafts {
			busy = busy || d.State == Waiting || d.State == Checking || d.State == Offline
		}
		if !busy {
			return view
		}
	}
	t.Fatal("the checks do not end")
	return Intake{}
}

func states(i Intake) string {
	var list []string
	for _, d := range i.Drafts {
		list = append(list, string(d.State))
	}
	return strings.Join(list, " ")
}

func take(t *testing.T, o *office) Intake {
	t.Helper()
	view, err := o.Take(message)
	if err != nil || len(view.Drafts) != 2 {
		t.Fatalf("got %d drafts, %v", len(view.Drafts), err)
	}
	return view
}

func TestJourney(t *testing.T) {
	o := newOffice(t)
	o.answer = func(_ context.Context, c opora.Credential) opora.Finding {
		if c.Kind == opora.SSH {
			return opora.Found(opora.BadCredentials)
		}
		return opora.Found(opora.OK)
	}
	view := take(t, o)
	if text, _ := json.Marshal(view); strings.Contains(string(text), "Sdf8-kkL2") || strings.Contains(string(text), "8fHsq!2x") {
		t.Error("a secret reaches the page")
	}
	if _, err := o.SetCustomer(context.Background(), view.ID, 0, " Пекарня «Корица» "); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Run(view.ID); err != nil {
		t.Fatal(err)
	}
	view = o.settled(t, view.ID)
	if got := states(view); got != "saved done" || len(o.kept) != 1 || view.Customer != "Пекарня «Корица»" || view.CustomerID != 7 {
		t.Errorf("got %s, %d kept, customer %q %d", got, len(o.kept), view.Customer, view.CustomerID)
	}
	if secret, err := o.Secret(view.Drafts[0].ID, "secret"); err != nil || !secret.Empty() {
		t.Error("a kept secret stays in memory")
	}
	if _, err := o.SaveByWord(context.Background(), view.Drafts[1].ID); !errors.Is(err, opora.NotProven) {
		t.Errorf("a refusal is kept: %v", err)
	}
	if _, err := o.Edit(view.Drafts[0].ID, Change{}); !errors.Is(err, opora.Busy) {
		t.Errorf("a kept draft is changed: %v", err)
	}
	password := "another"
	changed, err := o.Edit(view.Drafts[1].ID, Change{Password: &password})
	if err != nil || changed.Drafts[1].State != Ready || changed.Drafts[1].Checked {
		t.Errorf("after a change the old verdict stands: %+v, %v", changed.Drafts[1], err)
	}
}

// TestCustomerLater: what works waits for its customer, without a second login.
func TestCustomerLater(t *testing.T) {
	o := newOffice(t)
	view := take(t, o)
	_, _ = o.Run(view.ID)
	if view = o.settled(t, view.ID); states(view) != "done done" || len(o.kept) != 0 {
		t.Fatalf("got %s", states(view))
	}
	view, err := o.SetCustomer(context.Background(), view.ID, 3, "")
	if err != nil || states(view) != "saved saved" || o.checks.Load() != 2 || o.kept[1].CustomerID != 3 {
		t.Errorf("got %s, %d checks, %v", states(view), o.checks.Load(), err)
	}
}

// TestNoKeyring: nothing is kept, everything stays where it was.
func TestNoKeyring(t *testing.T) {
	o := newOffice(t)
	o.keepErr = opora.KeyringMissing
	view := take(t, o)
	_, _ = o.SetCustomer(context.Background(), view.ID, 3, "")
	_, _ = o.Run(view.ID)
	view = o.settled(t, view.ID)
	if states(view) != "done done" || view.Drafts[0].Failure != opora.KeyringMissing {
		t.Fatalf("got %s, %s", states(view), view.Drafts[0].Failure)
	}
	if secret, _ := o.Secret(view.Drafts[0].ID, "secret"); secret.Reveal() != "Sdf8-kkL2" {
		t.Error("the draft lost its secret")
	}
	o.mu.Lock()
	o.keepErr = nil
	o.mu.Unlock()
	_, _ = o.Run(view.ID)
	if view = o.settled(t, view.ID); states(view) != "saved saved" || o.checks.Load() != 2 {
		t.Errorf("got %s after %d checks: a proven draft needs no second login", states(view), o.checks.Load())
	}
}

func TestOffline(t *testing.T) {
	o := newOffice(t)
	o.online.Store(false)
	view := take(t, o)
	_, _ = o.Run(view.ID)
	deadline := time.Now().Add(2 * time.Second)
	for states(o.viewOf(view.ID)) != "offline offline" && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if got := states(o.viewOf(view.ID)); got != "offline offline" || o.checks.Load() != 0 {
		t.Fatalf("got %s, %d checks", got, o.checks.Load())
	}
	o.online.Store(true)
	if view = o.settled(t, view.ID); states(view) != "done done" {
		t.Errorf("got %s once the network is back", states(view))
	}
	// This machine itself answers offline.
	o.online.Store(false)
	local, _ := o.Take("сервер 127.0.0.1:22 логин root пароль qwerty12")
	_, _ = o.Run(local.ID)
	if local = o.settled(t, local.ID); states(local) != "done" {
		t.Errorf("got %s", states(local))
	}
}

func TestCancel(t *testing.T) {
	o := newOffice(t)
	o.answer = func(ctx context.Context, _ opora.Credential) opora.Finding {
		<-ctx.Done()
		return opora.Found(opora.Timeout)
	}
	view := take(t, o)
	_, _ = o.Run(view.ID)
	if _, err := o.RunOne(view.Drafts[0].ID); !errors.Is(err, opora.Busy) {
		t.Errorf("a draft is checked twice at once: %v", err)
	}
	for _, d := range view.Drafts {
		if _, err := o.Cancel(d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if view = o.viewOf(view.ID); states(view) != "ready ready" {
		t.Errorf("got %s", states(view))
	}
}

func TestDiscardAndUndo(t *testing.T) {
	o := newOffice(t)
	view := take(t, o)
	first, second := view.Drafts[0].ID, view.Drafts[1].ID
	if err := o.Discard(first); err != nil || len(o.viewOf(view.ID).Drafts) != 1 {
		t.Fatal(err)
	}
	if err := o.Discard(second); err != nil || len(o.Intakes()) != 0 {
		t.Fatal("the last draft takes its intake with it")
	}
	if _, err := o.Undo(); err != nil {
		t.Fatal(err)
	}
	back, err := o.Undo()
	if err != nil || len(back.Drafts) != 2 || back.Drafts[0].ID != first {
		t.Errorf("got %+v, %v", back.Drafts, err)
	}
	if secret, _ := o.Secret(first, "secret"); secret.Reveal() != "Sdf8-kkL2" {
		t.Error("undo lost the secret")
	}
	if _, err := o.Undo(); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v", err)
	}
}

// TestSweep: a draft's secret is gone after its time, from the undo too.
func TestSweep(t *testing.T) {
	o := newOffice(t)
	view := take(t, o)
	other := take(t, o)
	_ = o.DiscardIntake(other.ID)
	o.mu.Lock()
	o.now = o.now.Add(7 * time.Hour)
	o.mu.Unlock()
	if o.Sweep(); len(o.Intakes()) != 1 {
		t.Error("swept too early")
	}
	o.mu.Lock()
	o.now = o.now.Add(2 * time.Hour)
	o.mu.Unlock()
	o.Sweep()
	if _, err := o.Undo(); len(o.Intakes()) != 0 || err == nil {
		t.Error("an expired draft is still there")
	}
	if _, err := o.Secret(view.Drafts[0].ID, "secret"); !errors.Is(err, opora.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestBadInput(t *testing.T) {
	o := newOffice(t)
	for text, want := range map[string]opora.Code{
		"": opora.NothingFound, "как сменить пароль?": opora.NothingFound, strings.Repeat("x", MaxMessage+1): opora.TooLong,
	} {
		if _, err := o.Take(text); !errors.Is(err, want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	view, err := o.Blank()
	if err != nil {
		t.Fatal(err)
	}
	view, _ = o.RunOne(view.Drafts[0].ID)
	if d := view.Drafts[0]; d.State != Ready || d.Failure != opora.AddressMissing || d.FailureField != "address" {
		t.Errorf("got %+v", d)
	}
	address := "https://h"
	_, _ = o.Edit(view.Drafts[0].ID, Change{Address: &address})
	view, _ = o.RunOne(view.Drafts[0].ID)
	if d := view.Drafts[0]; d.Failure != opora.SecretMissing || o.checks.Load() != 0 {
		t.Errorf("got %+v", d)
	}
	if _, err := o.SetCustomer(context.Background(), view.ID, 0, "a\x00b"); !errors.Is(err, opora.NameInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestLocal(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1": true, "http://localhost:8080/x": true, "root@127.0.0.1:22": true, "[::1]:22": true, "app.localhost": true,
		"example.org": false, "https://127.0.0.1.example.org": false, "": false,
	} {
		if got := local(address); got != want {
			t.Errorf("%q: got %v", address, got)
		}
	}
}
