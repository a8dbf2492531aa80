package opora

import (
	"encoding/json"
	"time"
)

// SourceKind is where a set of articles comes from.
type SourceKind string

// The kinds of sources.
const (
	SourceFolder  SourceKind = "folder"  // Markdown and HTML files, a Git checkout too
	SourceZip     SourceKind = "zip"     // the same, packed
	SourceSite    SourceKind = "site"    // a site, by its sitemap
	SourceZendesk SourceKind = "zendesk" // a Zendesk help centre: its API, or an export of it
)

// SourceKinds lists every kind.
func SourceKinds() []SourceKind {
	return []SourceKind{SourceFolder, SourceZip, SourceSite, SourceZendesk}
}

// Source is a set of articles that is imported and updated as one.
type Source struct {
	ID        int64      `json:"id"`
	Kind      SourceKind `json:"kind"`
	Location  string     `json:"location"` // absolute path, or address
	Title     string     `json:"title"`
	Articles  int        `json:"articles"` // counted, not stored
	Report    Report     `json:"report"`   // of the last import that ended well
	UpdatedAt time.Time  `json:"updatedAt" ts_type:"string"`
	Unended   bool       `json:"unended"` // an import was left half done, and can go on
}

// Report is what an import came to.
type Report struct {
	Added     int       `json:"added"`
	Changed   int       `json:"changed"`
	Removed   int       `json:"removed"`
	Same      int       `json:"same"`
	Images    int       `json:"images"`
	Skipped   []Skipped `json:"skipped"` // at most MaxSkipped of them
	SkippedOf int       `json:"skippedOf"`
	MS        int64     `json:"ms"`
}

// MaxSkipped is how many skipped pieces a report names.
const MaxSkipped = 50

// Skipped is a piece of a source that was left out.
type Skipped struct {
	Path string `json:"path"`
	Why  Code   `json:"why"`
}

// Progress is how far an import has come.
type Progress struct {
	Source int64  `json:"source"` // 0 until it is known
	Done   int    `json:"done"`   // articles seen so far
	Of     int    `json:"of"`     // 0 while it is not known
	Rate   int    `json:"rate"`   // articles a second, over the last seconds
	At     string `json:"at"`     // the piece at work
	Ended  bool   `json:"ended"`
	Failed Code   `json:"failed"` // why it ended early; empty when it did not
	Report Report `json:"report"` // once it has ended
}

// Article is a page of the knowledge base, as it is listed.
type Article struct {
	ID        int64     `json:"id"`
	Source    int64     `json:"source"`
	Path      string    `json:"path"` // within the source, with slashes: "install/nginx.md"
	Title     string    `json:"title"`
	Section   string    `json:"section"` // what it stands under: "Install", may be empty
	Tags      []string  `json:"tags"`
	Address   string    `json:"address"` // public address; empty when there is none
	ChangedAt time.Time `json:"changedAt" ts_type:"string"`
}

// Page is an article with its content: what an importer makes and a reader shows.
type Page struct {
	Article
	Nodes []Node `json:"nodes"`
	Text  string `json:"-"` // plain text of all of it, without code blocks, for searching
	Heads []Head `json:"-"` // the headings within Text, in order
	Code  string `json:"-"` // code blocks, an empty line between two
	Hash  string `json:"-"` // of the imported bytes and the importer's version
	// What a site said of the page, for asking again only for what changed.
	ETag         string `json:"-"`
	LastModified string `json:"-"`
}

// Known is what a store tells an importer of a page that it keeps.
type Known struct {
	Hash         string
	ETag         string
	LastModified string
	At           time.Time // when it was put
}

// NodeKind is one of the few things that an article is made of. Whatever else
// an import holds is left out: nodes carry no markup, no scripts, no styles and
// no addresses of anything that would be loaded.
type NodeKind string

// The kinds of nodes.
const (
	NodeText      NodeKind = "text"   // Text
	NodeParagraph NodeKind = "p"      //
	NodeHeading   NodeKind = "h"      // Level 1–6, ID
	NodeList      NodeKind = "ul"     //
	NodeOrdered   NodeKind = "ol"     // Level is the first number
	NodeItem      NodeKind = "li"     // ID, where something points to it
	NodeQuote     NodeKind = "quote"  //
	NodeNote      NodeKind = "note"   // an admonition; Lang is its sort: note, tip, warning, danger
	NodeBlock     NodeKind = "pre"    // a block of code: Text byte by byte, Lang
	NodeCode      NodeKind = "code"   // code within a line: Text
	NodeStrong    NodeKind = "strong" //
	NodeEmphasis  NodeKind = "em"     //
	NodeStrike    NodeKind = "del"    //
	NodeSub       NodeKind = "sub"    //
	NodeSup       NodeKind = "sup"    //
	NodeKey       NodeKind = "kbd"    //
	NodeLink      NodeKind = "a"      // To
	NodeImage     NodeKind = "img"    // To is the image's id, Text what it shows, Width, Height
	NodeTable     NodeKind = "table"  //
	NodeRow       NodeKind = "tr"     //
	NodeCell      NodeKind = "td"     //
	NodeHead      NodeKind = "th"     //
	NodeTerms     NodeKind = "dl"     // of NodeTerm and NodeMeaning
	NodeTerm      NodeKind = "dt"     // ID, where something points to it
	NodeMeaning   NodeKind = "dd"     //
	NodeRule      NodeKind = "hr"     //
	NodeBreak     NodeKind = "br"     //
)

// NodeKinds lists every kind.
func NodeKinds() []NodeKind {
	return []NodeKind{
		NodeText, NodeParagraph, NodeHeading, NodeList, NodeOrdered, NodeItem, NodeQuote, NodeNote, NodeBlock, NodeCode,
		NodeStrong, NodeEmphasis, NodeStrike, NodeSub, NodeSup, NodeKey, NodeLink, NodeImage, NodeTable, NodeRow, NodeCell,
		NodeHead, NodeTerms, NodeTerm, NodeMeaning, NodeRule, NodeBreak,
	}
}

// Node is a piece of an article.
type Node struct {
	Kind   NodeKind `json:"k"`
	Text   string   `json:"t,omitempty"`
	Level  int      `json:"n,omitempty"`
	ID     string   `json:"id,omitempty"`   // anchor, unique within its article
	Lang   string   `json:"lang,omitempty"` // of code; sort of a note
	To     string   `json:"to,omitempty"`   // see LinkPage, LinkAnchor; otherwise an http, https or mailto address
	Width  int      `json:"w,omitempty"`    // of an image, in pixels
	Height int      `json:"h,omitempty"`
	Nodes  []Node   `json:"c,omitempty"`
}

// How the To of a link begins that stays within the knowledge base.
const (
	LinkPage   = "page:" // and the path of an article of the same source, with an anchor behind the last # where one is meant; the path may have one itself
	LinkAnchor = "#"     // and an anchor of the same article
)

// MarshalNodes and UnmarshalNodes are the form in which content is kept.
func MarshalNodes(nodes []Node) ([]byte, error) { return json.Marshal(nodes) }

// UnmarshalNodes reads what [MarshalNodes] wrote.
func UnmarshalNodes(text []byte) ([]Node, error) {
	var nodes []Node
	err := json.Unmarshal(text, &nodes)
	return nodes, err
}

// Image is a picture of an article, encoded anew by Opora.
type Image struct {
	ID   string // SHA-256 of Data, in hex
	MIME string // image/png, image/jpeg
	Data []byte
}
