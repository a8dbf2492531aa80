package sqlite

import "io/fs"

// foreign is left to Windows: a profile's folder is closed to other users by
// the access list that it inherits.
func foreign(fs.FileInfo) bool { return false }

func openToOthers(fs.FileInfo) bool { return false }
