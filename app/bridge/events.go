package bridge

// The events that the page hears, with what they carry.
const (
	EventIntake   = "intake"         // access.Intake: new or changed
	EventRemoved  = "intake:removed" // its id
	EventChanged  = "changed"        // "customers", "credentials", "notes", "settings", "snippets", "sources": read them again
	EventFinished = "finished"       // the verdict of a check that has ended
	EventImport   = "import"         // opora.Progress
	EventState    = "state"          // bridge.State
	EventShow     = "show"           // the place to show: "accesses", "settings"
)
