package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// guardProgram is this program, also when its file has been replaced meanwhile.
func guardProgram() (string, error) { return "/proc/self/exe", nil }

// bind has the kernel kill the browser when the guard is killed, and gives the
// guard the orphans of the browser, so that none can leave its sight.
func bind(attributes *syscall.SysProcAttr) {
	attributes.Pdeathsig = syscall.SIGKILL
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

// killDescendants kills everything that descends from this process, until
// nothing is left but the dead.
func killDescendants() {
	self := os.Getpid()
	for deadline := time.Now().Add(killTime); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		parents := map[int]int{}
		for pid, stat := range processes() {
			parents[pid] = stat.parent
		}
		alive := 0
		for pid, stat := range processes() {
			if !stat.dead && descends(parents, pid, self) {
				alive++
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if alive == 0 {
			return
		}
	}
}

func descends(parents map[int]int, pid, from int) bool {
	for range len(parents) {
		pid = parents[pid]
		if pid == from {
			return true
		}
		if pid <= 1 {
			return false
		}
	}
	return false
}

// killUsers kills the processes that were started for a profile.
func killUsers(dir string) {
	for deadline := time.Now().Add(killTime); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		alive := 0
		for pid, stat := range processes() {
			if pid == os.Getpid() || stat.dead {
				continue
			}
			line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
			if err == nil && serves(line, dir) && !isGuard(line) {
				alive++
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		if alive == 0 {
			return
		}
	}
}

// serves tells a browser's process from one that only mentions its folder.
func serves(line []byte, dir string) bool {
	want := "--user-data-dir=" + filepath.Join(dir, folderData)
	for word := range bytes.FieldsFuncSeq(line, func(r rune) bool { return r == 0 || r == ' ' }) {
		if string(word) == want {
			return true
		}
	}
	return false
}

// isGuard spares a guard that is at its own work.
func isGuard(line []byte) bool {
	words := bytes.SplitN(line, []byte{0}, 3)
	return len(words) > 1 && string(words[1]) == guardWord
}

type processState struct {
	parent int
	dead   bool
}

func processes() map[int]processState {
	all := map[int]processState{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "stat"))
		if err != nil {
			continue
		}
		// "123 (name) S 1 …", and a name may hold brackets and spaces
		_, rest, _ := strings.Cut(string(text[bytes.LastIndexByte(text, ')')+1:]), " ")
		fields := strings.Fields(rest)
		if len(fields) < 2 {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		all[pid] = processState{parent, fields[0] == "Z" || fields[0] == "X"}
	}
	return all
}

// longestFolder leaves room for the browser's socket below it, whose whole name
// may have 107 bytes: "/opora-browser-0123456789/tmp/org.chromium.Chromium.012345/SingletonSocket".
const longestFolder = 107 - 80

// folderForProfiles is the folder for temporary files, or the system's own
// where that one is too far down, or shut for the user as whom the browser runs.
func folderForProfiles() string {
	folder := os.TempDir()
	if _, other := servant(); len(folder) > longestFolder || other && !open(folder) {
		return "/tmp"
	}
	return folder
}

// open tells whether everybody may pass through a folder.
func open(folder string) bool {
	for ; ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
	}
}

// smallMemory is what shared memory must have for a browser to trust it; in
// containers it is often too small, and pages then crash.
const smallMemory = 256 << 20

func smallSharedMemory() bool {
	var stat unix.Statfs_t
	err := unix.Statfs("/dev/shm", &stat)
	return err != nil || int64(stat.Bavail)*stat.Bsize < smallMemory
}
