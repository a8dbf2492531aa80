package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"opora/backend/opora"
)

// atWindow makes the far side of an office one with a window: it waits for a
// word, and leaves a picture.
func atWindow(o *office) {
	o.answer = func(context.Context, opora.Credential) opora.Finding {
		return opora.Found(opora.SecondFactor)
	}
	o.Assist = func(ctx context.Context, c opora.Credential, _ opora.Secrets, progress func(opora.Step), words <-chan opora.Word) opora.Check {
		progress(opora.Step{Step: opora.StepHandOver})
		check := opora.Check{ID: "window " + c.Address, Picture: []byte("\xff\xd8 a page")}
		select {
		case word := <-words:
			switch word {
			case opora.WordJudge:
				check.Finding = opora.Found(opora.OK)
			case opora.WordWorks:
				check.Finding = opora.Found(opora.OK, opora.Hint{Code: opora.HintByOperator})
			default:
				check.Finding = opora.Found(opora.Ambiguous, opora.Hint{Code: opora.HintNotFinished})
			}
		case <-ctx.Done():
			check.Finding = opora.Found(opora.Timeout)
		}
		return check
	}
}

// handedOver takes a message, checks it and opens the window for its first draft.
func handedOver(t *testing.T, o *office) (intake, draft int64) {
	t.Helper()
	view := take(t, o)
	if _, err := o.SetCustomer(t.Context(), view.ID, 3, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := o.RunOne(view.Drafts[0].ID); err != nil {
		t.Fatal(err)
	}
	o.settled(t, view.ID)
	got, err := o.HandOver(view.Drafts[0].ID)
	if err != nil || !got.Drafts[0].HandedOver {
		t.Fatalf("got %+v, %v", got, err)
	}
	return view.ID, view.Drafts[0].ID
}

// TestHandOverIsJudged: what Opora sees in the window is proof, and is kept at once.
func TestHandOverIsJudged(t *testing.T) {
	o := newOffice(t)
	atWindow(o)
	intake, draft := handedOver(t, o)
	if err := o.Say(draft, opora.WordJudge); err != nil {
		t.Fatal(err)
	}
	view := o.settled(t, intake)
	if d := view.Drafts[0]; d.State != Saved || d.HandedOver || len(o.kept) != 1 || !o.kept[0].Proven {
		t.Errorf("got %+v, %d kept", d, len(o.kept))
	}
	if err := o.Say(draft, opora.WordWorks); !errors.Is(err, opora.NotFound) {
		t.Errorf("a word after the window: %v", err)
	}
}

// TestHandOverByWord: the operator's word is no proof: it is kept by their word
// only, and marked.
func TestHandOverByWord(t *testing.T) {
	o := newOffice(t)
	atWindow(o)
	intake, draft := handedOver(t, o)
	if err := o.Say(draft, opora.WordWorks); err != nil {
		t.Fatal(err)
	}
	view := o.settled(t, intake)
	if d := view.Drafts[0]; d.State != Done || d.Check.Finding.Verdict != opora.Works || len(o.kept) != 0 {
		t.Fatalf("got %+v, %d kept", d, len(o.kept))
	}
	if _, err := o.SetCustomer(t.Context(), intake, 4, ""); err != nil || len(o.kept) != 0 {
		t.Errorf("another customer: %d kept, %v", len(o.kept), err)
	}
	if view, err := o.SaveByWord(t.Context(), draft); err != nil || view.Drafts[0].State != Saved || len(o.kept) != 1 || o.kept[0].Proven {
		t.Errorf("got %+v, %v", o.kept, err)
	}
}

func TestHandOverIsLeft(t *testing.T) {
	o := newOffice(t)
	atWindow(o)
	intake, draft := handedOver(t, o)
	if _, err := o.RunOne(draft); !errors.Is(err, opora.Busy) {
		t.Errorf("checked beside the window: %v", err)
	}
	if _, err := o.HandOver(draft); !errors.Is(err, opora.Busy) {
		t.Errorf("two windows: %v", err)
	}
	if err := o.Say(draft, "sudo"); !errors.Is(err, opora.OptionInvalid) {
		t.Errorf("got %v", err)
	}
	if err := o.Say(draft, opora.WordStop); err != nil {
		t.Fatal(err)
	}
	if d := o.settled(t, intake).Drafts[0]; d.State != Done || d.Check.Finding.Verdict != opora.Unknown || d.HandedOver {
		t.Errorf("got %+v", d)
	}
	if _, err := o.HandOver(draft); err != nil {
		t.Fatal(err)
	}
	view, err := o.Cancel(draft)
	if err != nil || view.Drafts[0].State != Ready || view.Drafts[0].HandedOver {
		t.Errorf("got %+v, %v", view.Drafts[0], err)
	}
	if err := o.Say(draft, opora.WordWorks); !errors.Is(err, opora.NotFound) {
		t.Errorf("a word after cancelling: %v", err)
	}
}

// TestPicture: it can be asked for while the card is there, crosses in no view,
// and goes with the next change.
func TestPicture(t *testing.T) {
	o := newOffice(t)
	atWindow(o)
	intake, draft := handedOver(t, o)
	if _, err := o.Picture(draft); !errors.Is(err, opora.NotFound) {
		t.Errorf("before there is one: %v", err)
	}
	_ = o.Say(draft, opora.WordWorks)
	d := o.settled(t, intake).Drafts[0]
	picture, err := o.Picture(draft)
	if err != nil || !bytes.HasPrefix(picture, []byte("\xff\xd8")) || !d.HasPicture || d.Check.Picture != nil {
		t.Fatalf("got %q, %v; %+v", picture, err, d)
	}
	o.mu.Lock()
	view, _ := json.Marshal(o.views[intake])
	o.mu.Unlock()
	if bytes.Contains(view, []byte("a page")) || bytes.Contains(view, []byte("/9g")) {
		t.Errorf("the picture is in an event: %s", view)
	}
	login := "other"
	if _, err := o.Edit(draft, Change{Login: &login}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Picture(draft); !errors.Is(err, opora.NotFound) {
		t.Errorf("after a change: %v", err)
	}
}

// TestWordsDoNotBlock: a key that is held down holds nothing up.
func TestWordsDoNotBlock(t *testing.T) {
	o := newOffice(t)
	atWindow(o)
	stop := make(chan struct{})
	o.Assist = func(ctx context.Context, _ opora.Credential, _ opora.Secrets, _ func(opora.Step), _ <-chan opora.Word) opora.Check {
		<-stop // a window that hears nothing
		return opora.Check{Finding: opora.Found(opora.Ambiguous)}
	}
	intake, draft := handedOver(t, o)
	said := make(chan struct{})
	go func() {
		defer close(said)
		for range 10 * pendingWords {
			_ = o.Say(draft, opora.WordJudge)
		}
	}()
	select {
	case <-said:
	case <-time.After(5 * time.Second):
		t.Error("a word waits for the window")
	}
	close(stop)
	o.settled(t, intake)
}

func TestKeepable(t *testing.T) {
	word := opora.Hint{Code: opora.HintByOperator}
	for _, row := range []struct {
		finding       opora.Finding
		alone, byWord bool
	}{
		{opora.Found(opora.OK), true, true},
		{opora.Found(opora.OK, word), false, true},
		{opora.Found(opora.SecondFactor), false, true},
		{opora.Found(opora.Ambiguous), false, true},
		{opora.Found(opora.BadCredentials), false, false},
		{opora.Found(opora.BadCredentials, word), false, false},
		{opora.Found(opora.Timeout), false, false},
	} {
		if Keepable(row.finding, false) != row.alone || Keepable(row.finding, true) != row.byWord {
			t.Errorf("%+v: kept alone %v, by word %v", row.finding, Keepable(row.finding, false), Keepable(row.finding, true))
		}
	}
}
