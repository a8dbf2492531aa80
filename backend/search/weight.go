package search

// The weights of BM25F: a word in a title says most, one in a block of code
// least. The usual lengths are fixed instead of counted, so that the impact of
// a word depends on its document alone and never has to be computed again.
const (
	titleWeight, titleUsual = 8, 5
	tagWeight, tagUsual     = 3, 4
	headWeight              = 3
	textWeight, textUsual   = 1, 120
	codeWeight, codeUsual   = 0.7, 60

	longer    = 0.5 // how much the length of a field counts against it
	saturates = 2   // at this weight a word has half of its impact
)

// fields tells the weight of the words of one document.
type fields struct {
	title, tags, text               int // where each ends
	forTitle, forTag, forText, head float32
	forCode                         float32
}

func fieldsOf(d doc) fields {
	per := func(weight float32, words, usual int) float32 {
		return weight / (1 - longer + longer*float32(words)/float32(usual))
	}
	return fields{
		title: d.title, tags: d.title + d.tags, text: d.title + d.tags + d.text,
		forTitle: per(titleWeight, d.title, titleUsual),
		forTag:   per(tagWeight, d.tags, tagUsual),
		forText:  per(textWeight, d.text, textUsual),
		head:     per(headWeight, d.text, textUsual),
		forCode:  per(codeWeight, d.code, codeUsual),
	}
}

// weight is that of the word at place n.
func (f *fields) weight(n int, word uint32) float32 {
	switch {
	case n < f.title:
		return f.forTitle
	case n < f.tags:
		return f.forTag
	case n >= f.text:
		return f.forCode
	case word&inHeading != 0:
		return f.head
	}
	return f.forText
}

func impact(weight float32) uint8 { return uint8(1 + 254*weight/(weight+saturates)) }
