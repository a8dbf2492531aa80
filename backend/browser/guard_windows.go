package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// pipesFlag names the handles of the browser's ends of its pipes.
const pipesFlag = "--remote-debugging-io-pipes="

func guardProgram() (string, error) { return os.Executable() }

// warden holds a browser in a job object, together with the guard itself: when
// the guard is killed, the system kills everything in the job.
type warden struct {
	cmd     *exec.Cmd
	job     windows.Handle
	handles []syscall.Handle
}

func hold(cmd *exec.Cmd) (*warden, error) {
	w := &warden{cmd: cmd}
	for _, arg := range cmd.Args[1:] {
		list, ok := strings.CutPrefix(arg, pipesFlag)
		if !ok {
			continue
		}
		for text := range strings.SplitSeq(list, ",") {
			handle, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("pipes of the browser: %w", err)
			}
			w.handles = append(w.handles, syscall.Handle(handle))
		}
	}
	if len(w.handles) != 2 {
		return nil, errors.New("pipes of the browser: none were given")
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{AdditionalInheritedHandles: w.handles}

	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("create a job: %w", err)
	}
	w.job = job
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return nil, fmt.Errorf("limit the job: %w", err)
	}
	// The guard is in the job before the browser is, so that no process of the
	// browser can be started outside of it.
	if err := windows.AssignProcessToJobObject(job, windows.CurrentProcess()); err != nil {
		return nil, fmt.Errorf("enter the job: %w", err)
	}
	return w, nil
}

func (w *warden) start() error {
	err := w.cmd.Start()
	for _, handle := range w.handles {
		_ = syscall.CloseHandle(handle) // an end that we held would hide that the other side is gone
	}
	return err
}

// kill ends everything in the job but the guard, which has work left.
func (w *warden) kill() {
	for deadline := time.Now().Add(killTime); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		left := 0
		for _, pid := range w.members() {
			if int(pid) == os.Getpid() {
				continue
			}
			left++
			process, err := windows.OpenProcess(windows.PROCESS_TERMINATE, false, uint32(pid))
			if err != nil {
				continue
			}
			_ = windows.TerminateProcess(process, 1)
			_ = windows.CloseHandle(process)
		}
		if left == 0 {
			return
		}
	}
}

// maxMembers is more than a browser with a few tabs ever has.
const maxMembers = 512

func (w *warden) members() []uintptr {
	var list struct { // JOBOBJECT_BASIC_PROCESS_ID_LIST
		assigned, listed uint32
		pids             [maxMembers]uintptr
	}
	err := windows.QueryInformationJobObject(w.job, windows.JobObjectBasicProcessIdList,
		uintptr(unsafe.Pointer(&list)), uint32(unsafe.Sizeof(list)), nil)
	if err != nil && !errors.Is(err, windows.ERROR_MORE_DATA) {
		return nil
	}
	return list.pids[:min(list.listed, maxMembers)]
}

func folderForProfiles() string { return os.TempDir() }

func killUsers(string)        {} // the job has ended them all
func smallSharedMemory() bool { return false }
