package knowledge

import (
	"regexp"
	"strings"
)

var (
	colons     = regexp.MustCompile(`^(\s*):::+\s*\{?([a-zA-Z]+)\}?\s*(?:\[([^\]]*)\]|(.*))$`)
	colonsEnd  = regexp.MustCompile(`^(\s*):::+\s*$`)
	exclaimed  = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+([a-zA-Z]+)[^"]*(?:"([^"]*)")?\s*$`)
	hintBegin  = regexp.MustCompile(`^\s*\{[{%][<%]?\s*(?:hint|alert|admonition|callout|notice|note|warning|caution|tip|info)\b([^}]*?)[>%]?[%}]\}\s*$`)
	hintEnd    = regexp.MustCompile(`^\s*\{[{%][<%]?\s*(?:/\s*|end)(?:hint|alert|admonition|callout|notice|note|warning|caution|tip|info)\s*[>%]?[%}]\}\s*$`)
	sortWord   = regexp.MustCompile(`\b(note|info|tip|hint|success|warning|caution|important|danger|error|bug)\b`)
	shortcode  = regexp.MustCompile(`\{\{[<%].*?[>%]\}\}|\{%.*?%\}`)
	textOfCode = regexp.MustCompile(`\btext="([^"]*)"`)
	refOfCode  = regexp.MustCompile(`\{\{[<%]\s*(?:rel)?ref\s+"([^"]*)"\s*[>%]\}\}`)
	jsxLine    = regexp.MustCompile(`^(?:import\s.*from\s+['"].*['"];?|import\s+['"].*['"];?|export\s+(?:const|default|function)\b.*)\s*$`)
	jsxComment = regexp.MustCompile(`\{/\*.*?\*/\}`)
	contents   = regexp.MustCompile(`^\s*(?:\[\[?_?toc_?\]\]?|\{:toc\}|\{:.*\})\s*$`)
	fence      = regexp.MustCompile("^[\\s>]*(?:[-*+]\\s+|\\d+[.)]\\s+)*(`{3,}|~{3,})(.*)$")
)

// dialects turns what generators of sites add to Markdown into what all of them
// read: notes become HTML, shortcodes and JSX go. Code stays as it is.
func dialects(text string, mdx bool) string {
	var kept strings.Builder
	kept.Grow(len(text) + len(text)/16)
	var open string // the fence of the code block that we are in
	inPre := false  // in a block of code that is HTML
	var notes []int // indents of the notes that end where their indent does
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\n")
		for len(notes) > 0 {
			indent := notes[len(notes)-1]
			if strings.TrimSpace(bare) == "" {
				break
			}
			if width(bare) >= indent+4 {
				break
			}
			kept.WriteString("\n</div>\n\n")
			notes = notes[:len(notes)-1]
			open = ""
		}
		if len(notes) > 0 && open == "" && strings.TrimSpace(bare) == "" {
			kept.WriteString(line)
			continue
		}
		if len(notes) > 0 {
			line = dedent(line, notes[len(notes)-1]+4)
			bare = strings.TrimRight(line, "\n")
		}
		if match := fence.FindStringSubmatch(bare); match != nil {
			switch {
			case open == "" && !(match[1][0] == '`' && strings.Contains(match[2], "`")):
				open = match[1]
				kept.WriteString(line)
				continue
			case open != "" && match[1][0] == open[0] && len(match[1]) >= len(open) && strings.TrimSpace(match[2]) == "":
				open = ""
			}
			kept.WriteString(line)
			continue
		}
		if before, after, begins := strings.Cut(strings.ToLower(bare), "<pre"); begins && before == strings.TrimSpace(before) || inPre {
			inPre = !strings.Contains(after, "</pre") && (begins || !strings.Contains(strings.ToLower(bare), "</pre"))
			kept.WriteString(line)
			continue
		}
		if open != "" || strings.HasPrefix(line, "    ") && len(notes) == 0 && !strings.Contains(line, "!!!") || strings.HasPrefix(line, "\t") {
			kept.WriteString(line)
			continue
		}
		if mdx {
			if jsxLine.MatchString(bare) {
				continue
			}
			line = jsxComment.ReplaceAllString(line, "")
		}
		switch {
		case colonsEnd.MatchString(bare):
			kept.WriteString("\n</div>\n\n")
			continue
		case contents.MatchString(strings.ToLower(bare)):
			continue
		case hintEnd.MatchString(bare):
			kept.WriteString("\n</div>\n\n")
			continue
		}
		if match := colons.FindStringSubmatch(bare); match != nil {
			kept.WriteString(noteBegin(match[2], match[3]+match[4]))
			continue
		}
		if match := exclaimed.FindStringSubmatch(bare); match != nil {
			kept.WriteString(noteBegin(match[2], match[3]))
			notes = append(notes, len(match[1]))
			continue
		}
		if hintBegin.MatchString(bare) {
			kept.WriteString(noteBegin(sortWord.FindString(strings.ToLower(bare)), ""))
			continue
		}
		if strings.Contains(line, "{{") || strings.Contains(line, "{%") {
			line = refOfCode.ReplaceAllString(line, "$1")
			if !strings.Contains(line, "`") {
				line = shortcode.ReplaceAllStringFunc(line, func(code string) string {
					if match := textOfCode.FindStringSubmatch(code); match != nil {
						return match[1]
					}
					return ""
				})
			}
		}
		kept.WriteString(line)
	}
	for range notes {
		kept.WriteString("\n\n</div>\n")
	}
	return kept.String()
}

func noteBegin(sort, title string) string {
	if sort = strings.ToLower(sort); noteSorts[sort] == "" {
		sort = "note"
	}
	begin := "\n<div class=\"admonition " + sort + "\">\n\n"
	if title = strings.TrimSpace(title); title != "" {
		begin += "**" + strings.Trim(title, "*\"{}") + "**\n\n"
	}
	return begin
}

// width is how far a line is indented, a tab counting four.
func width(line string) int {
	columns := 0
	for _, b := range []byte(line) {
		switch b {
		case ' ':
			columns++
		case '\t':
			columns += 4
		default:
			return columns
		}
	}
	return columns
}

// dedent takes up to so many columns of white space from the beginning.
func dedent(line string, columns int) string {
	for columns > 0 && line != "" {
		switch line[0] {
		case ' ':
			columns--
		case '\t':
			columns -= 4
		default:
			return line
		}
		line = line[1:]
	}
	return line
}
