package knowledge

import (
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"opora/backend/opora"
)

const (
	maxSpan    = 50     // columns or rows that one cell may take
	maxPadding = 20_000 // empty cells of a page that stand for spans
)

// table makes rows of cells. A cell over several columns or rows is followed by
// empty ones, so that the columns stay in line.
func (w *writer) table(n *html.Node) []opora.Node {
	if block := onlyCode(n); block != nil {
		return w.code(block)
	}
	var before []opora.Node
	var rows []*html.Node
	heads := map[*html.Node]bool{}
	var gather func(n *html.Node, head bool)
	gather = func(n *html.Node, head bool) {
		for child := range n.ChildNodes() {
			switch {
			case element(child, atom.Caption):
				before = append(before, w.paragraph(child)...)
			case element(child, atom.Thead, atom.Tbody, atom.Tfoot):
				gather(child, child.DataAtom == atom.Thead)
			case element(child, atom.Tr):
				rows = append(rows, child)
				heads[child] = head
			}
		}
	}
	gather(n, false)
	w.settle()

	table := opora.Node{Kind: opora.NodeTable}
	below := map[int]int{} // columns that a cell above still takes, and for how many rows
	for _, row := range rows {
		var cells []opora.Node
		column, full := 0, false
		taken := func() {
			for below[column] > 0 && column < 10*maxSpan {
				below[column]--
				cells = w.pad(cells, opora.NodeCell)
				column++
			}
		}
		for cell := range row.ChildNodes() {
			if !element(cell, atom.Td, atom.Th) {
				continue
			}
			if isGutter(cell) || column >= 10*maxSpan {
				continue
			}
			taken()
			node := opora.Node{Kind: opora.NodeCell}
			if heads[row] || cell.DataAtom == atom.Th {
				node.Kind = opora.NodeHead
			}
			w.saw(cell)
			node.Nodes = w.content(cell)
			full = full || len(node.Nodes) > 0
			cells = append(cells, node)
			down := span(cell, "rowspan") - 1
			for i := range span(cell, "colspan") {
				if i > 0 {
					cells = w.pad(cells, node.Kind)
				}
				if down > 0 {
					below[column] = down
				}
				column++
			}
		}
		taken()
		if full {
			table.Nodes = append(table.Nodes, opora.Node{Kind: opora.NodeRow, Nodes: cells})
		}
	}
	switch {
	case len(table.Nodes) == 0:
		return before
	case len(table.Nodes) == 1 && len(table.Nodes[0].Nodes) == 1: // a frame, not a table
		return append(before, wrapped(table.Nodes[0].Nodes[0].Nodes)...)
	}
	return append(before, table)
}

// pad adds an empty cell, as long as there are not absurdly many.
func (w *writer) pad(cells []opora.Node, kind opora.NodeKind) []opora.Node {
	if w.padding++; w.padding > maxPadding {
		return cells
	}
	return append(cells, opora.Node{Kind: kind})
}

// wrapped makes blocks of what a cell held.
func wrapped(nodes []opora.Node) []opora.Node {
	if len(nodes) > 0 && isInline(nodes[0].Kind) {
		return []opora.Node{{Kind: opora.NodeParagraph, Nodes: nodes}}
	}
	return nodes
}

func isInline(kind opora.NodeKind) bool {
	switch kind {
	case opora.NodeText, opora.NodeCode, opora.NodeStrong, opora.NodeEmphasis, opora.NodeStrike, opora.NodeSub, opora.NodeSup,
		opora.NodeKey, opora.NodeLink, opora.NodeImage, opora.NodeBreak:
		return true
	}
	return false
}

func span(cell *html.Node, key string) int {
	n, err := strconv.Atoi(attribute(cell, key))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxSpan)
}
