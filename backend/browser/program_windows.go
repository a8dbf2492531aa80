package browser

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// installed lists what the registry knows as applications, then the usual places.
func installed() []Program {
	var found []Program
	for _, b := range []struct{ name, file, folder string }{
		{"Google Chrome", "chrome.exe", `Google\Chrome\Application`},
		{"Microsoft Edge", "msedge.exe", `Microsoft\Edge\Application`},
		{"Chromium", "chromium.exe", `Chromium\Application`},
		{"Chromium", "chrome.exe", `Chromium\Application`},
		{"Brave", "brave.exe", `BraveSoftware\Brave-Browser\Application`},
		{"Yandex", "browser.exe", `Yandex\YandexBrowser\Application`},
	} {
		for _, root := range []string{os.Getenv("ProgramFiles"), os.Getenv("ProgramFiles(x86)"), os.Getenv("LOCALAPPDATA")} {
			if root != "" {
				found = append(found, Program{b.name, filepath.Join(root, b.folder, b.file)})
			}
		}
		if b.file == "browser.exe" {
			continue // too common a word for the registry's list
		}
		for _, root := range []registry.Key{registry.LOCAL_MACHINE, registry.CURRENT_USER} {
			if path := appPath(root, b.file); path != "" {
				found = append(found, Program{b.name, path})
			}
		}
	}
	return found
}

func appPath(root registry.Key, file string) string {
	key, err := registry.OpenKey(root, `SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\`+file, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer func() { _ = key.Close() }()
	path, _, err := key.GetStringValue("")
	if err != nil || !filepath.IsAbs(path) {
		return ""
	}
	return path
}

func runnable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// version reads the number from the file: asked with a switch, browsers open a
// window here.
func version(_ context.Context, path string) (string, error) {
	size, err := windows.GetFileVersionInfoSize(path, nil)
	if err != nil {
		return "", err
	}
	if size == 0 {
		return "", errors.New("the file carries no version")
	}
	data := make([]byte, size)
	if err := windows.GetFileVersionInfo(path, 0, size, unsafe.Pointer(&data[0])); err != nil {
		return "", err
	}
	var fixed *windows.VS_FIXEDFILEINFO
	var length uint32
	if err := windows.VerQueryValue(unsafe.Pointer(&data[0]), `\`, unsafe.Pointer(&fixed), &length); err != nil {
		return "", err
	}
	number := ""
	for i, part := range []uint32{fixed.FileVersionMS >> 16, fixed.FileVersionMS & 0xffff, fixed.FileVersionLS >> 16, fixed.FileVersionLS & 0xffff} {
		if i > 0 {
			number += "."
		}
		number += strconv.FormatUint(uint64(part), 10)
	}
	return number, nil
}
