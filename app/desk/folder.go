package desk

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"opora/backend/opora"
)

// Folder is the data folder: the one asked for, that of OPORA_DATA, or the
// platform's own place for application data.
func Folder(asked string) string {
	if asked == "" {
		asked = os.Getenv("OPORA_DATA")
	}
	if asked != "" {
		if absolute, err := filepath.Abs(asked); err == nil {
			return absolute
		}
		return asked
	}
	home, _ := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		if local := os.Getenv("LOCALAPPDATA"); local != "" {
			return filepath.Join(local, "Opora")
		}
		return filepath.Join(home, "AppData", "Local", "Opora")
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Opora")
	}
	// XDG Base Directory Specification 0.8: relative paths are to be ignored.
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "opora")
	}
	return filepath.Join(home, ".local", "share", "opora")
}

// SystemLanguage is the interface language that the system asks for: Russian
// where it speaks Russian or a language whose readers mostly read Russian
// better than English on a screen like this, English elsewhere.
func SystemLanguage() opora.Language {
	locale := strings.ToLower(systemLocale())
	for _, prefix := range []string{"ru", "be", "kk", "ky"} {
		if locale == prefix || strings.HasPrefix(locale, prefix+"_") || strings.HasPrefix(locale, prefix+"-") {
			return opora.Russian
		}
	}
	return opora.English
}
