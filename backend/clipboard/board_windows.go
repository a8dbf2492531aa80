package clipboard

import (
	"errors"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// user32 is the clipboard of Windows. It compiles and follows Microsoft's
// documentation; it was not run on Windows yet.
type user32 struct {
	open, empty, closed, set, sequence, register *windows.LazyProc
	window, destroy                              *windows.LazyProc
	alloc, lock, unlock, free                    *windows.LazyProc
}

const (
	unicodeText = 13     // CF_UNICODETEXT
	movable     = 0x0002 // GMEM_MOVEABLE
)

// messageOnly is HWND_MESSAGE, the parent of windows that are never shown.
const messageOnly = ^uintptr(2)

func open() (board, error) {
	user, kernel := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	return &user32{
		open: user.NewProc("OpenClipboard"), empty: user.NewProc("EmptyClipboard"), closed: user.NewProc("CloseClipboard"),
		set: user.NewProc("SetClipboardData"), sequence: user.NewProc("GetClipboardSequenceNumber"),
		register: user.NewProc("RegisterClipboardFormatW"),
		window:   user.NewProc("CreateWindowExW"), destroy: user.NewProc("DestroyWindow"),
		alloc: kernel.NewProc("GlobalAlloc"), lock: kernel.NewProc("GlobalLock"),
		unlock: kernel.NewProc("GlobalUnlock"), free: kernel.NewProc("GlobalFree"),
	}, nil
}

func (u *user32) put(text string, secret bool) (func() error, error) {
	units, err := windows.UTF16FromString(text)
	if err != nil {
		return nil, err
	}
	data := unsafe.Slice((*byte)(unsafe.Pointer(&units[0])), 2*len(units))
	defer clear(data)
	err = u.session(func() error {
		if ok, _, err := u.empty.Call(); ok == 0 {
			return fmt.Errorf("EmptyClipboard: %w", err)
		}
		if secret { // the marks first: a history may look as soon as there is text
			for format, value := range map[string]byte{
				"ExcludeClipboardContentFromMonitorProcessing": 1,
				"CanIncludeInClipboardHistory":                 0,
				"CanUploadToCloudClipboard":                    0,
			} {
				if err := u.mark(format, value); err != nil {
					return err
				}
			}
		}
		return u.give(unicodeText, data)
	})
	if err != nil {
		return nil, err
	}
	number, _, _ := u.sequence.Call()
	return func() error {
		return u.session(func() error {
			// While the clipboard is open nobody else can change it.
			if now, _, _ := u.sequence.Call(); now != number {
				return nil
			}
			if ok, _, err := u.empty.Call(); ok == 0 {
				return fmt.Errorf("EmptyClipboard: %w", err)
			}
			return nil
		})
	}, nil
}

func (u *user32) close() {}

// session opens the clipboard for a window of our own, on one thread as it
// must be, and waits a little while another program has it open.
func (u *user32) session(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	class, err := windows.UTF16PtrFromString("STATIC")
	if err != nil {
		return err
	}
	window, _, err := u.window.Call(0, uintptr(unsafe.Pointer(class)), 0, 0, 0, 0, 0, 0, messageOnly, 0, 0, 0)
	if window == 0 {
		return fmt.Errorf("CreateWindowEx: %w", err)
	}
	defer u.destroy.Call(window)
	for range 20 {
		if ok, _, _ := u.open.Call(window); ok != 0 {
			defer u.closed.Call()
			return do()
		}
		time.Sleep(25 * time.Millisecond)
	}
	return errors.New("another program keeps the clipboard open")
}

// mark sets one of the formats by which histories and the cloud look away.
func (u *user32) mark(format string, value byte) error {
	name, err := windows.UTF16PtrFromString(format)
	if err != nil {
		return err
	}
	id, _, err := u.register.Call(uintptr(unsafe.Pointer(name)))
	if id == 0 {
		return fmt.Errorf("RegisterClipboardFormat: %w", err)
	}
	return u.give(id, []byte{value, 0, 0, 0})
}

// give hands bytes to the clipboard, which owns them from then on.
func (u *user32) give(format uintptr, data []byte) error {
	handle, _, err := u.alloc.Call(movable, uintptr(len(data)))
	if handle == 0 {
		return fmt.Errorf("GlobalAlloc: %w", err)
	}
	memory, _, err := u.lock.Call(handle)
	if memory == 0 {
		u.free.Call(handle)
		return fmt.Errorf("GlobalLock: %w", err)
	}
	copy(unsafe.Slice((*byte)(pointer(memory)), len(data)), data)
	u.unlock.Call(handle)
	if ok, _, err := u.set.Call(format, handle); ok == 0 {
		u.free.Call(handle)
		return fmt.Errorf("SetClipboardData: %w", err)
	}
	return nil
}

// pointer reads an address that Windows gave as a pointer. The memory is not
// Go's, so the collector has no part in it.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }
