package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// table is what the catalogues give.
func table() Words {
	return Words{CheckDone: "Проверка закончена.", CheckFailed: "Проверка закончена и ждёт вас."}
}

// shown is one notification as the system got it.
type shown struct {
	sentence string
	at       time.Time
}

// recorded makes a notifier whose notifications are written down; they may be
// read when it is closed.
func recorded() (*Notifier, *[]shown) {
	var (
		mu   sync.Mutex
		list []shown
	)
	n := &Notifier{words: table(), done: func() {}, show: func(_ context.Context, sentence string) error {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, shown{sentence, time.Now()})
		return nil
	}}
	return n, &list
}

func TestManyEventsAreFewNotifications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, list := recorded()
		const events = 10_000
		for i := range events { // one in 10 ms, 100 s in all
			kind := CheckDone
			if i%997 == 500 {
				kind = CheckFailed
			}
			n.Show(kind)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(2 * pause)
		n.Close()

		if got := len(*list); got < 10 || got > 12 {
			t.Errorf("%d notifications in 100 s; want one in 10 s", got)
		}
		allowed := table()
		for i, s := range *list {
			if s.sentence != allowed[CheckDone] && s.sentence != allowed[CheckFailed] {
				t.Errorf("%q is not in the table", s.sentence)
			}
			if i > 0 && s.at.Sub((*list)[i-1].at) < pause {
				t.Errorf("%v between two notifications; want %v", s.at.Sub((*list)[i-1].at), pause)
			}
		}
		if last := (*list)[len(*list)-1]; last.sentence != allowed[CheckFailed] {
			t.Error("the weightier kind was lost in the merging")
		}
	})
}

func TestFirstIsAtOnceAndLanguageFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, list := recorded()
		began := time.Now()
		n.Show(CheckDone)
		synctest.Wait()
		n.Speak(Words{CheckDone: "A check has ended."})
		n.Show(CheckDone)
		n.Show(CheckFailed) // has no sentence in this table: nothing to say
		time.Sleep(pause + time.Second)
		n.Show(CheckDone)
		time.Sleep(pause)
		n.Close()

		want := []shown{{table()[CheckDone], began}, {"A check has ended.", began.Add(2 * pause)}}
		if !slices.Equal(*list, want) {
			t.Errorf("got %v, want %v", *list, want)
		}
	})
}

func TestCloseDropsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, list := recorded()
		record := n.show
		n.show = func(ctx context.Context, sentence string) error {
			return errors.Join(record(ctx, sentence), errors.New("no service"))
		}
		n.Show(CheckDone)
		synctest.Wait()
		n.Show(CheckDone)
		n.Close()
		n.Show(CheckDone)
		time.Sleep(3 * pause)
		if len(*list) != 1 {
			t.Errorf("%d notifications; want the first only", len(*list))
		}
	})
}
