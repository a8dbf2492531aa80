package opora

// Set is one of the kinds of things that are searched.
type Set string

// The sets (cli.md).
const (
	InSnippets  Set = "snippets"
	InArticles  Set = "articles"
	InNotes     Set = "notes"
	InCustomers Set = "customers"
)

// Sets lists every set.
func Sets() []Set { return []Set{InSnippets, InArticles, InNotes, InCustomers} }

// Key names one thing that can be found.
type Key struct {
	In Set   `json:"in"`
	ID int64 `json:"id"`
}

// Findable is one thing that can be found, as it is searched. Its texts are
// untrusted and go nowhere but into a [Hit].
type Findable struct {
	Key
	Title   string
	Tags    []string
	Heads   []Head // headings within Text, in order
	Text    string
	Code    string // blocks of code that are not part of Text
	Address string // public address of an article; a note's or customer's is empty
	Parent  int64  // the customer of a note, the source of an article
}

// Head is a heading: its text stands in Text from At on, in bytes.
type Head struct {
	At     int
	Text   string
	Anchor string
}

// Span is a piece of a passage; a marked one is what was looked for.
type Span struct {
	Text string `json:"text"`
	Mark bool   `json:"mark"`
}

// Hit is one answer to a search.
type Hit struct {
	Key
	Title   []Span `json:"title"`
	Passage []Span `json:"passage"` // at most about 200 characters around what was found
	Heading string `json:"heading"` // what the passage stands under; may be empty
	Anchor  string `json:"anchor"`  // of that heading
	Address string `json:"address"` // public address, with the anchor
	Parent  int64  `json:"parent"`  // see Findable
}

// Answer is the answer to one query.
type Answer struct {
	Query string `json:"query"`
	Read  string `json:"read"`  // how the query was understood where not as it stands: in the other layout, without its typo
	Total int    `json:"total"` // how many match; exact up to 1,000, an estimate above
	Hits  []Hit  `json:"hits"`
}
