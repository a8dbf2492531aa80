package opora

// Code names a failure that the operator can act on. A Code is itself an error,
// so it serves as the sentinel to compare with, and it is the key of the
// sentence shown for it in frontend/messages.
type Code string

// The codes: one per reason, not per method.
const (
	NotFound   Code = "error_not_found"
	Unexpected Code = "error_unexpected"

	NameMissing    Code = "error_name_missing"
	NameInvalid    Code = "error_name_invalid"
	NameTaken      Code = "error_name_taken"
	TextMissing    Code = "error_text_missing"
	TooLong        Code = "error_too_long"
	KindUnknown    Code = "error_kind_unknown"
	AddressMissing Code = "error_address_missing"
	AddressInvalid Code = "error_address_invalid"
	LoginInvalid   Code = "error_login_invalid"
	SecretMissing  Code = "error_secret_missing"
	OptionInvalid  Code = "error_option_invalid"
	NothingFound   Code = "error_nothing_found" // a message without an access in it
	NotProven      Code = "error_not_proven"    // saving needs the operator's explicit word
	CustomerNeeded Code = "error_customer_needed"
	Busy           Code = "error_busy" // this draft is being checked or saved already

	KeyringMissing   Code = "error_keyring_missing"   // no keyring on this machine
	KeyringLocked    Code = "error_keyring_locked"    // it is there and closed
	KeyringDismissed Code = "error_keyring_dismissed" // the operator closed the prompt
	KeyringTimeout   Code = "error_keyring_timeout"   // it did not answer in time
	KeyringFailed    Code = "error_keyring_failed"    // it answered and did not keep what it was given
	SecretGone       Code = "error_secret_gone"       // the keyring has no such item
	SecretDamaged    Code = "error_secret_damaged"    // it does not decrypt or parse
	SecretForgotten  Code = "error_secret_forgotten"  // forgotten on purpose

	BrowserBroken  Code = "error_browser_broken"  // found, and it does not start
	BrowserSandbox Code = "error_browser_sandbox" // it cannot shut pages in on this machine

	DiskFull        Code = "error_disk_full"
	DataUnwritable  Code = "error_data_unwritable"
	DataNewer       Code = "error_data_newer"   // written by a newer Opora
	DataDamaged     Code = "error_data_damaged" // moved aside, not deleted
	DataForeign     Code = "error_data_foreign" // the folder is a link or another user's
	AlreadyRunning  Code = "error_already_running"
	ClipboardFailed Code = "error_clipboard_failed"

	SourceMissing    Code = "error_source_missing"    // no such folder or file
	SourceEmpty      Code = "error_source_empty"      // nothing in it that is an article
	SourceUnreadable Code = "error_source_unreadable" // not a zip, not the JSON that it should be
	SourceTooLarge   Code = "error_source_too_large"  // more files, bytes or depth than is taken
	SourceHostile    Code = "error_source_hostile"    // names or links that lead out of the archive
	SourceForbids    Code = "error_source_forbids"    // robots.txt says no, or the site asks for a login
	SourceOffline    Code = "error_source_offline"    // the site does not answer
	ImageUnreadable  Code = "error_image_unreadable"
	Cancelled        Code = "error_cancelled"
	ImportRunning    Code = "error_import_running"
	LinkRefused      Code = "error_link_refused" // not an address that is opened
)

// Codes lists every code.
func Codes() []Code {
	return []Code{
		NotFound, Unexpected, NameMissing, NameInvalid, NameTaken, TextMissing, TooLong, KindUnknown, AddressMissing,
		AddressInvalid, LoginInvalid, SecretMissing, OptionInvalid, NothingFound, NotProven, CustomerNeeded, Busy,
		KeyringMissing, KeyringLocked, KeyringDismissed, KeyringTimeout, KeyringFailed, SecretGone, SecretDamaged,
		SecretForgotten, DiskFull, DataUnwritable, DataNewer, DataDamaged, DataForeign, AlreadyRunning, ClipboardFailed,
		BrowserBroken, BrowserSandbox, SourceMissing, SourceEmpty, SourceUnreadable, SourceTooLarge, SourceHostile, SourceForbids,
		SourceOffline, ImageUnreadable, Cancelled, ImportRunning, LinkRefused,
	}
}

func (c Code) Error() string { return string(c) }

// FieldError is a Code that belongs to one field of a form or of an input line.
type FieldError struct {
	Field string
	Code  Code
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Code.Error() }
func (e *FieldError) Unwrap() error { return e.Code }
