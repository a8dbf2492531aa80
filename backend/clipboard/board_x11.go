//go:build unix && !darwin

package clipboard

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// hint is the target by which password managers ask histories to look away.
const hint = "x-kde-passwordManagerHint"

// x11 owns the CLIPBOARD selection by a window that is never shown and hands
// its text out to who asks. PRIMARY, the text that is pasted by the middle
// button, is left alone.
type x11 struct {
	conn   *xgb.Conn
	window xproto.Window
	atoms  map[string]xproto.Atom
	clock  chan xproto.Timestamp // the server's time, when asked for
	done   chan struct{}         // closed when the display is gone

	mu     sync.Mutex
	text   []byte
	secret bool
	since  xproto.Timestamp // when the selection became ours; 0 when it is not
}

// atoms that this clipboard speaks in.
var atomNames = [...]string{
	"CLIPBOARD", "TARGETS", "TIMESTAMP", "UTF8_STRING", "STRING", "TEXT",
	"text/plain", "text/plain;charset=utf-8", hint, "OPORA_CLOCK",
}

func openX11() (board, error) {
	xgb.Logger.SetOutput(io.Discard) // it would write to standard error
	conn, err := xgb.NewConn()
	if err != nil {
		return nil, fmt.Errorf("display: %w", err)
	}
	x := &x11{
		conn: conn, atoms: make(map[string]xproto.Atom),
		clock: make(chan xproto.Timestamp, 1), done: make(chan struct{}),
	}
	for _, name := range atomNames {
		reply, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			conn.Close()
			return nil, fmt.Errorf("atom %s: %w", name, err)
		}
		x.atoms[name] = reply.Atom
	}
	if x.window, err = xproto.NewWindowId(conn); err != nil {
		conn.Close()
		return nil, fmt.Errorf("window: %w", err)
	}
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	err = xproto.CreateWindowChecked(conn, 0, x.window, root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0,
		xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("window: %w", err)
	}
	go x.serve()
	return x, nil
}

func (x *x11) put(text string, secret bool) (func() error, error) {
	now, err := x.now()
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := xproto.SetSelectionOwnerChecked(x.conn, x.window, x.atoms["CLIPBOARD"], now).Check(); err != nil {
		return nil, fmt.Errorf("owning the clipboard: %w", err)
	}
	owner, err := xproto.GetSelectionOwner(x.conn, x.atoms["CLIPBOARD"]).Reply()
	if err != nil {
		return nil, fmt.Errorf("owning the clipboard: %w", err)
	}
	if owner.Owner != x.window {
		return nil, errors.New("another program holds the clipboard")
	}
	clear(x.text)
	x.text, x.secret, x.since = []byte(text), secret, now
	return func() error { return x.takeBack(now) }, nil
}

// takeBack gives up the selection that became ours at a time. The server
// itself ignores this when someone else has taken the selection since.
func (x *x11) takeBack(since xproto.Timestamp) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.since != since {
		return nil
	}
	x.drop()
	return xproto.SetSelectionOwnerChecked(x.conn, 0, x.atoms["CLIPBOARD"], since).Check()
}

// drop forgets the text; the lock is held.
func (x *x11) drop() {
	clear(x.text)
	x.text, x.since = nil, 0
}

func (x *x11) close() {
	x.conn.Close()
	<-x.done
}

// now asks the server for its time: selections are dated by it, and only with
// a real date can a late give-up not hit another program's copy.
func (x *x11) now() (xproto.Timestamp, error) {
	select { // an answer that came too late for the one who asked
	case <-x.clock:
	default:
	}
	err := xproto.ChangePropertyChecked(x.conn, xproto.PropModeReplace, x.window, x.atoms["OPORA_CLOCK"],
		xproto.AtomString, 8, 0, nil).Check()
	if err != nil {
		return 0, fmt.Errorf("display time: %w", err)
	}
	select {
	case now := <-x.clock:
		return now, nil
	case <-x.done:
		return 0, errors.New("the display is gone")
	case <-time.After(5 * time.Second):
		return 0, errors.New("the display does not answer")
	}
}

// serve answers the display until it is gone.
func (x *x11) serve() {
	defer close(x.done)
	for {
		event, err := x.conn.WaitForEvent()
		switch event := event.(type) {
		case nil:
			if err == nil {
				return
			}
			// A program that asked and died at once is no reason to stop.
		case xproto.PropertyNotifyEvent:
			if event.Atom == x.atoms["OPORA_CLOCK"] {
				select {
				case x.clock <- event.Time:
				default:
				}
			}
		case xproto.SelectionClearEvent:
			x.mu.Lock()
			if event.Time >= x.since {
				x.drop()
			}
			x.mu.Unlock()
		case xproto.SelectionRequestEvent:
			x.answer(event)
		}
	}
}

// answer hands the text out to one program that asks for it.
func (x *x11) answer(request xproto.SelectionRequestEvent) {
	property := request.Property
	if property == 0 {
		property = request.Target // as very old programs ask
	}
	kind, format, data := x.convert(request)
	if data == nil {
		property = 0 // says no
	} else {
		count := uint32(len(data)) / uint32(format/8)
		xproto.ChangeProperty(x.conn, xproto.PropModeReplace, request.Requestor, property, kind, format, count, data)
	}
	xproto.SendEvent(x.conn, false, request.Requestor, 0, string(xproto.SelectionNotifyEvent{
		Time: request.Time, Requestor: request.Requestor, Selection: request.Selection,
		Target: request.Target, Property: property,
	}.Bytes()))
}

// convert gives the text in the form that was asked for, or nothing.
func (x *x11) convert(request xproto.SelectionRequestEvent) (kind xproto.Atom, format byte, data []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	current := x.since != 0 && (request.Time == xproto.TimeCurrentTime || request.Time >= x.since)
	if !current || request.Selection != x.atoms["CLIPBOARD"] {
		return 0, 0, nil
	}
	text := append([]byte{}, x.text...)
	switch request.Target {
	case x.atoms["TARGETS"]:
		return xproto.AtomAtom, 32, x.targets()
	case x.atoms["TIMESTAMP"]:
		return xproto.AtomInteger, 32, put32(nil, uint32(x.since))
	case x.atoms["UTF8_STRING"], x.atoms["text/plain;charset=utf-8"], x.atoms["text/plain"]:
		return request.Target, 8, text
	case x.atoms["TEXT"]:
		return x.atoms["UTF8_STRING"], 8, text
	case x.atoms["STRING"]:
		if !ascii(text) {
			return 0, 0, nil // STRING means Latin-1
		}
		return request.Target, 8, text
	case x.atoms[hint]:
		if x.secret {
			return request.Target, 8, []byte("secret")
		}
	}
	return 0, 0, nil
}

func (x *x11) targets() []byte {
	names := []string{"TARGETS", "TIMESTAMP", "UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT"}
	if ascii(x.text) {
		names = append(names, "STRING")
	}
	if x.secret {
		names = append(names, hint)
	}
	var list []byte
	for _, name := range names {
		list = put32(list, uint32(x.atoms[name]))
	}
	return list
}

func put32(list []byte, n uint32) []byte {
	var b [4]byte
	xgb.Put32(b[:], n)
	return append(list, b[:]...)
}

func ascii(text []byte) bool {
	for _, b := range text {
		if b >= 0x80 {
			return false
		}
	}
	return true
}
