package clipboard

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
	"github.com/ebitengine/purego/objc"
)

// pasteboard is the clipboard of macOS, spoken to without C. It compiles and
// follows Apple's documentation and nspasteboard.org; it was not run on a Mac yet.
type pasteboard struct{ general objc.ID }

const (
	textType      = "public.utf8-plain-text"
	concealedType = "org.nspasteboard.ConcealedType"
	transientType = "org.nspasteboard.TransientType"
	thisMacOnly   = 1 // NSPasteboardContentsCurrentHostOnly: not to the operator's other devices
	utf8Encoding  = 4 // NSUTF8StringEncoding
	appKit        = "/System/Library/Frameworks/AppKit.framework/AppKit"
)

func open() (board, error) {
	if _, err := purego.Dlopen(appKit, purego.RTLD_GLOBAL|purego.RTLD_LAZY); err != nil {
		return nil, fmt.Errorf("AppKit: %w", err)
	}
	general := objc.ID(objc.GetClass("NSPasteboard")).Send(objc.RegisterName("generalPasteboard"))
	if general == 0 {
		return nil, errors.New("no pasteboard")
	}
	return &pasteboard{general}, nil
}

func (p *pasteboard) put(text string, secret bool) (func() error, error) {
	defer pool()()
	options := 0
	if secret {
		options = thisMacOnly
	}
	number := objc.Send[int](p.general, objc.RegisterName("prepareForNewContentsWithOptions:"), options)
	if secret { // the marks first: a history may look as soon as there is text
		for _, mark := range []string{concealedType, transientType} {
			if err := p.set("", mark); err != nil {
				return nil, err
			}
		}
	}
	if err := p.set(text, textType); err != nil {
		return nil, err
	}
	return func() error {
		defer pool()()
		if objc.Send[int](p.general, objc.RegisterName("changeCount")) == number {
			p.general.Send(objc.RegisterName("clearContents"))
		}
		return nil
	}, nil
}

func (p *pasteboard) close() {}

func (p *pasteboard) set(text, kind string) error {
	if !objc.Send[bool](p.general, objc.RegisterName("setString:forType:"), nsString(text), nsString(kind)) {
		return errors.New("the pasteboard took no " + kind)
	}
	return nil
}

// nsString makes an NSString that the surrounding pool releases.
func nsString(text string) objc.ID {
	bytes := append([]byte(text), 0) // never empty, so that there is an address
	s := objc.ID(objc.GetClass("NSString")).Send(objc.RegisterName("alloc")).
		Send(objc.RegisterName("initWithBytes:length:encoding:"), unsafe.Pointer(&bytes[0]), len(text), utf8Encoding)
	clear(bytes)
	return s.Send(objc.RegisterName("autorelease"))
}

// pool opens an autorelease pool of this thread; what it gives closes it.
func pool() func() {
	runtime.LockOSThread()
	p := objc.ID(objc.GetClass("NSAutoreleasePool")).Send(objc.RegisterName("new"))
	return func() {
		p.Send(objc.RegisterName("drain"))
		runtime.UnlockOSThread()
	}
}
