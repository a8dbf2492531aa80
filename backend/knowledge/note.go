package knowledge

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The sorts of notes, by what generators call them.
var noteSorts = map[string]string{
	"note": "note", "info": "note", "information": "note", "seealso": "note", "abstract": "note", "summary": "note", "question": "note",
	"example": "note", "quote": "note", "primary": "note", "secondary": "note", "todo": "note", "versionadded": "", "versionchanged": "",
	"tip": "tip", "hint": "tip", "success": "tip", "check": "tip",
	"warning": "warning", "warn": "warning", "caution": "warning", "attention": "warning", "important": "warning", "deprecated": "warning",
	"danger": "danger", "error": "danger", "bug": "danger", "failure": "danger", "critical": "danger",
}

var noteFrames = words(`admonition admonitionblock alert callout notice message markdown-alert custom-block hint note-box
	theme-admonition bd-callout infobox panel box theme-doc-version-banner`)

// noteSort gives the sort of a note, or nothing for another element.
func noteSort(n *html.Node) string {
	if !element(n, atom.Div, atom.Aside, atom.Section, atom.Blockquote, atom.Dl, atom.Details) {
		return ""
	}
	names := strings.Fields(strings.ToLower(attribute(n, "class")))
	frame := false
	sort := ""
	for _, name := range names {
		if noteFrames[name] {
			frame = true
		}
		if found := noteSorts[name]; found != "" {
			sort = found
		}
	}
	// "note" alone is enough; "alert" and the like need their sort, which some
	// join to the frame's name: "alert-warning".
	if sort != "" && (frame || len(names) <= 2) {
		return sort
	}
	if frame {
		for _, name := range names {
			if last := strings.LastIndexByte(name, '-'); last >= 0 && noteSorts[name[last+1:]] != "" {
				return noteSorts[name[last+1:]]
			}
		}
		if names[0] == "admonition" || names[0] == "callout" {
			return "note"
		}
	}
	return ""
}
