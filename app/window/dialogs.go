package window

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"opora/app/bridge"
	"opora/app/desk"
	"opora/backend/opora"
)

// choose lets the operator choose a path in a dialog of the system. The page
// says only what for; it never names a path.
func (w *window) choose(what bridge.Choice) (string, error) {
	<-w.ready
	if w.gone.Load() {
		return "", nil
	}
	say := w.say()
	snippets := []runtime.FileFilter{{DisplayName: say("dialog_snippet_files"), Pattern: "*.json"}}
	switch what {
	case bridge.ChooseFolder:
		return runtime.OpenDirectoryDialog(w.ctx, runtime.OpenDialogOptions{Title: say("dialog_choose_folder")})
	case bridge.ChooseFile:
		return runtime.OpenFileDialog(w.ctx, runtime.OpenDialogOptions{
			Title:   say("dialog_choose_file"),
			Filters: []runtime.FileFilter{{DisplayName: say("dialog_article_files"), Pattern: "*.zip;*.json"}},
		})
	case bridge.ChooseSnippets:
		return runtime.OpenFileDialog(w.ctx, runtime.OpenDialogOptions{Title: say("dialog_choose_snippets"), Filters: snippets})
	case bridge.ChooseExport:
		return runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{
			Title: say("dialog_choose_export"), DefaultFilename: "opora-snippets.json", Filters: snippets,
		})
	}
	return "", opora.Unexpected
}

// outside opens an address in the system's own program. Whoever asks, the
// address is taken apart and written anew here first.
func outside(address string) error {
	address, err := desk.OutsideAddress(address)
	if err != nil {
		return err
	}
	return openAddress(address)
}
