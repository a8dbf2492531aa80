package knowledge

import (
	"errors"
	"fmt"
	"html"
	"strings"
	"testing"

	"opora/backend/opora"
)

// sketch writes a tree in one line: kind, what it says, what is in it.
func sketch(nodes []opora.Node) string {
	var parts []string
	for _, n := range nodes {
		s := string(n.Kind)
		if n.Level != 0 {
			s += fmt.Sprint(n.Level)
		}
		for _, mark := range []string{n.ID, n.Lang, n.To} {
			if mark != "" {
				s += "=" + mark
			}
		}
		if n.Kind == opora.NodeText {
			s = ""
		}
		if n.Text != "" {
			s += fmt.Sprintf("%q", n.Text)
		}
		if len(n.Nodes) > 0 {
			s += "(" + sketch(n.Nodes) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestHTML(t *testing.T) {
	picture := "img=" + strings.Repeat("0a", 32)
	tests := []struct{ name, html, want string }{
		{"paragraphs", "<p>One <b>two</b>\n three<p>Four", `p("One " strong("two") " three") p("Four")`},
		{"text straight in containers", "<div>One<div>two</div>three</div>", `p("One") p("two") p("three")`},
		{"headings keep plain ids", `<h1 id="top">Название</h1><h2>Second part!</h2><h2>Second part</h2>`,
			`h1=top("Название") h2=second-part("Second part!") h2=second-part-1("Second part")`},
		{"the id of a section is its heading's", `<section id="setup"><h2>Setup<a class="headerlink" href="#setup">¶</a></h2><p>x <a href="#setup">y</a>`, `h2=setup("Setup") p("x " a=#setup("y"))`},
		{"other ids are not kept", `<h2 id="a&quot;b<c>">A</h2><h2 id="x y">B</h2><h2 id="">C</h2><h2 id="javascript:x()">D</h2>`, `h2=a("A") h2=b("B") h2=c("C") h2=d("D")`},
		{"an empty anchor before a heading", `<a id="sect.vpn"></a><h3>VPN</h3><p><a href="#sect.vpn">x</a>`, `h3=sect.vpn("VPN") p(a=#sect.vpn("x"))`},
		{"a link to an id that is no heading leads to the heading above", `<h2 id="a">A</h2><p id="deep">x</p><p><a href="#deep">y</a> <a href="#none">z</a>`, `h2=a("A") p("x") p(a=#a("y") " " "z")`},
		{"links", `<p><a href="other.md#part">1</a> <a href="https://example.org/a?b=c#d">2</a> <a href="mailto:a@example.org">3</a> <a href="missing.md">4</a>`,
			`p(a=page:other.md#part("1") " " a=https://example.org/a?b=c#d("2") " " a=mailto:a@example.org("3") " 4")`},
		{"look-alike hosts show", `<p><a href="https://аpple.com/">x</a>`, `p(a=https://xn--pple-43d.com/("x"))`},
		{"lists", `<ul><li>One<li><p>Two</p><li>Three<ul><li>Four</ul></ul><ol start=3><li>x</ol>`, `ul(li("One") li("Two") li(p("Three") ul(li("Four")))) ol3(li("x"))`},
		{"tasks", `<ul><li><input type=checkbox checked> Done<li><input type=checkbox> Open</ul>`, `ul(li("☑ Done") li("☐ Open"))`},
		{"terms", `<dl><dt id="o">-o</dt><dd>Output</dd><dt>-v<dd><p>One<p>Two</dl>`, `dl(dt=o("-o") dd("Output") dt("-v") dd(p("One") p("Two")))`},
		{"a table with a head", `<table><caption>C</caption><thead><tr><th>A<th>B<tbody><tr><td>1<td>2</table>`, `p(em("C")) table(tr(th("A") th("B")) tr(td("1") td("2")))`},
		{"cells over columns and rows", `<table><tr><td colspan=2>a<td rowspan=2>b<tr><td>c<td>d</table>`, `table(tr(td("a") td td("b")) tr(td("c") td("d") td))`},
		{"a frame that is a table", `<table><tr><td><p>x<p>y</table>`, `p("x") p("y")`},
		{"notes", `<div class="admonition warning"><p class="admonition-title">Careful</p><p>x</p></div><blockquote><p>q</blockquote>`, `note=warning(p(strong("Careful")) p("x")) quote(p("q"))`},
		{"notes that are tables", `<div class="admonitionblock tip"><table><tr><td class="icon">i</td><td class="content">Do it</td></table></div>`, `note=tip(p("Do it"))`},
		{"images", `<p>a <img src="picture.png" alt="B &amp; C"> <img src="http://example.org/x.png" alt="remote"> <img src="x.svg" alt="drawn">`, `p("a " ` + picture + `"B & C" " remote drawn")`},
		{"what an image shows is one plain line", `<p><img src="picture.png" alt="a&#x202e;b&#7;
 c&#8203;">`, `p(` + picture + `"ab c")`},
		{"keys and code", `<p>Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, see <code>a  <b>b</b>
 c</code>`, `p("Press " kbd("Ctrl") "+" kbd("C") ", see " code"a  b  c")`},
		{"white space is one space", "<p> a <b> b </b> c&nbsp;d </p>", `p("a " strong("b ") "c\u00a0d")`},
		{"links around blocks", `<a href="https://example.org/"><div><h3>T</h3><p>x</p></div></a>`, `h3=t(a=https://example.org/("T")) p("x")`},
		{"details", `<details><summary>More</summary><p>x</details>`, `p(strong("More")) p("x")`},
		{"figures", `<figure><img src="picture.png"><figcaption>F</figcaption></figure>`, `p(` + picture + `) p(em("F"))`},
		{"what is left out", `<p>a</p><script>b</script><style>c</style><form><input name=q><button>d</button></form><iframe>e</iframe><nav>f</nav><!-- g -->`, `p("a")`},
	}
	c := newConverter()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			nodes, err := c.nodes(test.html, testPlace{}, false)
			if got := sketch(nodes); got != test.want || err != nil {
				t.Errorf("got  %s, %v\nwant %s", got, err, test.want)
			}
		})
	}
}

// TestCode sees that blocks of code come out byte by byte, by every way in.
func TestCode(t *testing.T) {
	c := newConverter()
	codes := map[string]string{
		"entities":          "if a < b && c > d { x = \"&amp;\" }\n",
		"tabs and trailing": "\tone \n\t\ttwo\t\n\n\n  three  \n",
		"empty first line":  "\n\nfirst\n",
		"quotes":            "echo \"$HOME\" 'it''s' `date` \\\\n \\$x\n",
		"looks like markup": "<div class=\"x\">{{ y }}</div>\n<!-- c -->\n{% raw %} {{< shortcode >}}\n:::note\n!!! tip\n[TOC]\nimport x from 'y';\n",
		"cyrillic":          "ошибка: «нет» — ё\u00a0№\n",
		"unseen":            "a\u200bb\u202ec\n",
		"front matter":      "---\ntitle: x\n---\n",
	}
	for name, code := range codes {
		escaped := html.EscapeString(code)
		var spans strings.Builder
		for i, line := range strings.SplitAfter(code, "\n") {
			if line != "" {
				fmt.Fprintf(&spans, `<span class="lineno">%d</span><span class="line"><span class="k">%s</span></span>`, i+1, html.EscapeString(line))
			}
		}
		inFence := func(indent string) string {
			var text strings.Builder
			for _, line := range strings.SplitAfter(code, "\n") {
				if line != "" && line != "\n" {
					line = indent + line
				}
				text.WriteString(line)
			}
			return text.String()
		}
		pages := map[string]string{
			"pre":              "<pre>\n" + escaped + "</pre>",
			"pre code":         "<pre><code class=\"language-go\">" + escaped + "</code></pre>",
			"highlighted":      "<div class=\"highlight\"><pre><span></span><button class=\"copy\">Copy</button>" + spans.String() + "</pre></div>",
			"lines as breaks":  "<pre><code>" + strings.ReplaceAll(escaped, "\n", "<br>") + "</code></pre>",
			"lines as items":   "<pre><ol><li>" + strings.ReplaceAll(strings.TrimSuffix(escaped, "\n"), "\n", "\n</li><li>") + "\n</li></ol></pre>",
			"numbers beside":   "<table><tr><td><pre>1\n2\n3\n4\n5\n6\n7\n8\n</pre></td><td><pre>\n" + escaped + "</pre></td></tr></table>",
			"numbers by class": "<table class=highlighttable><tr><td class=linenos><div class=linenodiv><pre>1</pre></div><td class=code><div class=highlight><pre>\n" + escaped + "</pre></div></table>",
			"md fence":         "Text\n\n````go\n" + code + "````\n\nText\n",
			"md fence in list": "- one\n\n  ```\n" + inFence("  ") + "  ```\n",
			"md html":          "<pre>\n" + strings.ReplaceAll(escaped, "\n\n", "\n&#10;") + "</pre>\n",
			"md in note":       "!!! note\n    ```\n" + inFence("    ") + "    ```\n",
		}
		for way, page := range pages {
			if way == "md html" && strings.HasPrefix(code, "\n\n") || way == "lines as items" && strings.Contains(code, "\n\n") && strings.HasPrefix(code, "\n") {
				continue // an HTML block of Markdown ends at an empty line
			}
			var nodes []opora.Node
			var err error
			if strings.HasPrefix(way, "md") {
				var doc document
				doc, err = c.markdownText(page, way == "md fence", testPlace{})
				nodes = doc.nodes
			} else {
				nodes, err = c.nodes(page, testPlace{}, true)
			}
			if got := blocksOf(nodes); err != nil || len(got) != 1 || got[0] != code {
				t.Errorf("%s, %s: got %q, %v; want %q", name, way, got, err, code)
			}
		}
	}
}

func blocksOf(nodes []opora.Node) []string {
	var list []string
	for _, n := range nodes {
		if n.Kind == opora.NodeBlock {
			list = append(list, n.Text)
		}
		list = append(list, blocksOf(n.Nodes)...)
	}
	return list
}

func TestMarkdown(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"emphasis", "a **b** _c_ ~~d~~ `e`", `p("a " strong("b") " " em("c") " " del("d") " " code"e")`},
		{"a heading with its own anchor", "## Install {#setup}\n", `h2=setup("Install")`},
		{"HTML within", "a <b>b</b> <kbd>C</kbd>\n\n<div>\n\n*d*\n\n</div>\n", `p("a " strong("b") " " kbd("C")) p(em("d"))`},
		{"a table", "| A | B |\n|---|---|\n| 1 | `x|y` |\n", "table(tr(th(\"A\") th(\"B\")) tr(td(\"1\") td(\"`x\")))"},
		{"tasks", "- [x] a\n- [ ] b\n", `ul(li("☑ a") li("☐ b"))`},
		{"terms", "Term\n: Meaning\n", `dl(dt("Term") dd("Meaning"))`},
		{"a note of GitHub", "> [!WARNING]\n> Text **b**\n", `note=warning(p("Text " strong("b")))`},
		{"a note of Docusaurus", ":::tip Title\n\nText\n\n:::\n\nAfter\n", `note=tip(p(strong("Title")) p("Text")) p("After")`},
		{"a note of Docusaurus, closely set", ":::danger\nText\n:::\nAfter\n", `note=danger(p("Text")) p("After")`},
		{"a note of MkDocs", "!!! warning \"Mind\"\n    Text\n\n    - a\n\nAfter\n", `note=warning(p(strong("Mind")) p("Text") ul(li("a"))) p("After")`},
		{"a note of Hugo", "{{< warning >}}\nText\n{{< /warning >}}\n", `note=warning(p("Text"))`},
		{"shortcodes", "A {{< glossary_tooltip text=\"Pod\" term_id=\"pod\" >}} runs. [x]({{< ref \"other.md\" >}})\n", `p("A Pod runs. " a=page:other.md("x"))`},
		{"footnotes", "a[^1]\n\n[^1]: note\n", `p("a" sup(a=#fn:1("1"))) hr ol1(li=fn:1("note"))`},
		{"an address", "see https://example.org/x.", `p("see " a=https://example.org/x("https://example.org/x") ".")`},
	}
	c := newConverter()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc, err := c.markdownText(test.text, false, testPlace{})
			if got := sketch(doc.nodes); got != test.want || err != nil {
				t.Errorf("got  %s, %v\nwant %s", got, err, test.want)
			}
		})
	}
}

func TestFrontMatter(t *testing.T) {
	c := newConverter()
	for _, text := range []string{
		"---\ntitle: \"DNS: записи\"\ntags: [dns, зона]\nkeywords: a, b\nurl: https://docs.example.org/dns\n---\nText\n",
		"+++\ntitle = \"DNS: записи\"\ntags = [\"dns\", \"зона\", \"a\", \"b\"]\nurl = \"https://docs.example.org/dns\"\n+++\nText\n",
	} {
		doc, err := c.markdownText(text, false, testPlace{})
		if err != nil || doc.title != "DNS: записи" || strings.Join(tagsOf(doc.tags), ",") != "dns,зона,a,b" || doc.address != "https://docs.example.org/dns" || sketch(doc.nodes) != `p("Text")` {
			t.Errorf("got %+v, %v", doc, err)
		}
	}
	if doc, _ := c.markdownText("---\ndraft: true\n---\nText\n", false, testPlace{}); !doc.draft {
		t.Error("a draft is taken")
	}
	mdx, _ := c.markdownText("import A from '@site/a';\n\n# T\n\n{/* no */}\n<A x={1}>\n\nText\n\n</A>\n", true, testPlace{})
	if got := sketch(mdx.nodes); got != `h1=t("T") p("Text")` {
		t.Errorf("MDX: %s", got)
	}
}

func TestMainContent(t *testing.T) {
	long := strings.Repeat("The words of the article itself. ", 20)
	menu := `<ul>` + strings.Repeat(`<li><a href="x.html">A place of the menu</a></li>`, 40) + `</ul>`
	tests := map[string]string{
		"main":               `<header><a href="/">Site</a></header><div>` + menu + `</div><main><h1>T</h1><p>` + long + `</p></main><footer>F</footer>`,
		"role":               `<div class="x">` + menu + `</div><div role="main"><h1>T</h1><p>` + long + `</p></div>`,
		"by weight":          `<div id="left">` + menu + `</div><div id="right"><h1>T</h1><p>` + long + `</p></div>`,
		"frames of tables":   `<table><tr><td>` + menu + `</td><td><h1>T</h1><p>` + long + `</p></td></tr></table>`,
		"article in main":    `<main><nav class="breadcrumbs">a/b</nav><div><article><header><h1>T</h1></header><p>` + long + `</p></article></div><div class="toc">` + menu + `</div></main>`,
		"heading above":      `<main><div><h1>T</h1></div><div><p>` + long + `</p></div></main>`,
		"turning pages":      `<div><h1>T</h1><p>` + long + `</p><table><tr><td><a href=a>Previous: First</a><td><a href=b>Next: Second</a></table></div>`,
		"docbook":            `<p id="title"><a href=x>Logo</a></p><ul class="docnav"><li class="previous"><a href=a>Пред.</a></ul><div class="section"><div class="titlepage"><h1 class="title">T</h1></div><div class="para">` + long + `</div></div>`,
		"own contents":       `<div role="main"><h1>T</h1><div class="contents topic" id="contents"><p>Contents</p>` + menu + `</div><p>` + long + `</p></div>`,
		"search and sidebar": `<form role="search"><input><p>Search</p></form><div class="sidebar">` + menu + `</div><div class="content"><h1>T</h1><p>` + long + `</p></div>`,
	}
	c := newConverter()
	want := `h1=t("T") p("` + strings.TrimSpace(long) + `")`
	for name, page := range tests {
		nodes, err := c.nodes("<html><body>"+page+"</body></html>", testPlace{}, true)
		if got := sketch(nodes); err != nil || got != want && got != strings.Replace(want, " p(", " hr p(", 1) {
			if len(got) > 700 {
				got = got[:700] + "…"
			}
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

func TestCharsets(t *testing.T) {
	tests := map[string]struct{ raw, contentType string }{
		"utf-8":                {"Привет, это обычный текст", ""},
		"windows-1251 by meta": {"<meta charset=windows-1251>\xcf\xf0\xe8\xe2\xe5\xf2, \xfd\xf2\xee \xee\xe1\xfb\xf7\xed\xfb\xe9 \xf2\xe5\xea\xf1\xf2", ""},
		"koi8-r by header":     {"\xf0\xd2\xc9\xd7\xc5\xd4, \xdc\xd4\xcf \xcf\xc2\xd9\xde\xce\xd9\xca \xd4\xc5\xcb\xd3\xd4", "text/html; charset=koi8-r"},
		"windows-1251 unsaid":  {"\xcf\xf0\xe8\xe2\xe5\xf2, \xfd\xf2\xee \xee\xe1\xfb\xf7\xed\xfb\xe9 \xf2\xe5\xea\xf1\xf2", ""},
		"koi8-r unsaid":        {"\xf0\xd2\xc9\xd7\xc5\xd4, \xdc\xd4\xcf \xcf\xc2\xd9\xde\xce\xd9\xca \xd4\xc5\xcb\xd3\xd4", ""},
		"utf-16":               {"\xff\xfe\x1f\x04\x40\x04\x38\x04\x32\x04\x35\x04\x42\x04,\x00 \x00\x4d\x04\x42\x04\x3e\x04 \x00\x3e\x04\x31\x04\x4b\x04\x47\x04\x3d\x04\x4b\x04\x39\x04 \x00\x42\x04\x35\x04\x3a\x04\x41\x04\x42\x04", ""},
	}
	for name, test := range tests {
		if got := decoded([]byte(test.raw), test.contentType); !strings.HasSuffix(got, "Привет, это обычный текст") || strings.HasPrefix(got, "\ufeff") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestBinary(t *testing.T) {
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(i * 37)
	}
	for text, want := range map[string]bool{
		string(noise): true, "\x7fELF\x02\x01\x01\x00\x00\x00\x00": true,
		"": false, "plain\ttext\r\n": false, "\xff\xfe#\x00 \x00x\x00": false, "Привет": false, "\xcf\xf0\xe8\xe2\xe5\xf2": false,
		strings.Repeat("text ", 100) + "\x00": false,
	} {
		if got := noText([]byte(text)); got != want {
			t.Errorf("%.20q: got %v", text, got)
		}
	}
}

func TestLimits(t *testing.T) {
	c := newConverter()
	for name, text := range map[string]string{
		"levels":   strings.Repeat("<div>", maxDepth+10) + "x",
		"depth":    strings.Repeat("<div>", 5000) + "x",
		"elements": strings.Repeat("<p>x", maxElements+1),
		"bytes":    strings.Repeat("x ", maxBytes/2+1),
		"lists":    strings.Repeat("<ul><li>", 3000) + "x",
		"spans":    "<p>" + strings.Repeat("<span>", 5000) + "x",
	} {
		if doc, err := c.html(text, testPlace{}); !errors.Is(err, opora.SourceTooLarge) {
			t.Errorf("%s: got %d nodes, %v", name, len(doc.nodes), err)
		}
	}
	if _, err := c.markdownText(strings.Repeat(">", 5000)+" x", false, testPlace{}); !errors.Is(err, opora.SourceTooLarge) {
		t.Errorf("quotes within quotes: %v", err)
	}
	nodes, err := c.nodes("<table>"+strings.Repeat("<tr><td colspan=50 rowspan=50>x", 10000)+"</table>", testPlace{}, false)
	cells := strings.Count(sketch(nodes), "td")
	if err != nil || cells > 10000+maxPadding {
		t.Errorf("spans made %d cells, %v", cells, err)
	}
}
