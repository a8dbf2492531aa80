package window

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	logName = "opora.log"
	logSize = 1 << 20 // then it becomes opora.log.1, and a new one begins
)

// logFile is a log that cannot grow without end.
type logFile struct {
	path string

	mu      sync.Mutex
	file    *os.File
	written int64
}

// openLog sends the program's log to a file in the data folder.
func openLog(dir string) (*logFile, error) {
	l := &logFile{path: filepath.Join(dir, logName)}
	if err := l.open(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *logFile) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return fmt.Errorf("log: %w", err)
	}
	l.file, l.written = file, info.Size()
	return nil
}

// Write writes one line of the log.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written > logSize {
		l.file.Close()
		if err := os.Rename(l.path, l.path+".1"); err != nil {
			// Where it cannot be moved it goes on from the beginning.
			if err := os.Truncate(l.path, 0); err != nil {
				return 0, fmt.Errorf("log: %w", err)
			}
		}
		if err := l.open(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(line)
	l.written += int64(n)
	return n, err
}

// wailsLog is the framework's logger. The framework logs whole messages of the
// page, arguments and with them secrets included, so of each line only the
// fact that it came and its known beginning are kept.
type wailsLog struct{ to *slog.Logger }

// beginnings of the framework's messages that are worth telling apart.
func beginnings() []string {
	return []string{
		"process message error", "failed to get origin", "Blocked request from unauthorized origin",
		"[AssetServer]", "[AssetHandler]", "[ExternalAssetHandler]",
	}
}

func (l wailsLog) Print(string) {}
func (l wailsLog) Trace(string) {}
func (l wailsLog) Debug(string) {}
func (l wailsLog) Info(string)  {}
func (l wailsLog) Warning(message string) {
	l.to.Warn("window framework warns", "about", about(message))
}
func (l wailsLog) Error(message string) {
	l.to.Error("window framework failed", "about", about(message))
}
func (l wailsLog) Fatal(message string) {
	l.to.Error("window framework ends", "about", about(message))
	os.Exit(1) // as the framework expects
}

func about(message string) string {
	for _, beginning := range beginnings() {
		if strings.HasPrefix(message, beginning) {
			return beginning
		}
	}
	return "other"
}
