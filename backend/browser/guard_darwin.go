package browser

import (
	"os"
	"syscall"
)

func guardProgram() (string, error) { return os.Executable() }

// This system kills nothing together with its parent. A browser whose guard is
// killed ends by itself, because its pipes close when the owner lets go.
func bind(*syscall.SysProcAttr) {}

func folderForProfiles() string { return os.TempDir() }

func killDescendants()        {}
func killUsers(string)        {}
func smallSharedMemory() bool { return false }
