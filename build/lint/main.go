// Command lint is the analyzers that Opora's code is held to, as one tool for
// "go vet -vettool". It is a module of its own, so that what it is made of
// never becomes part of Opora. The rules are those of .golangci.yml, which
// needs four times as long to compile.
package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"codeberg.org/polyfloyd/go-errorlint/errorlint"
	"github.com/kisielk/errcheck/errcheck"
	"github.com/timakin/bodyclose/passes/bodyclose"
	"go-simpler.org/sloglint"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

func main() {
	analyzers := []*analysis.Analyzer{
		errcheckAnalyzer(),  // no error is dropped in silence
		errorlintAnalyzer(), // Is and As, not ==; causes stay causes
		bodyclose.Analyzer,  // checkers speak HTTP
		sloglintAnalyzer(),  // constant messages, attributes in pairs
		unusedAnalyzer(),    // what nothing uses goes
	}
	// staticcheck's own, with its rules of style: exported names have comments.
	for _, list := range [][]*lint.Analyzer{staticcheck.Analyzers, simple.Analyzers, stylecheck.Analyzers} {
		analyzers = append(analyzers, chosen(list)...)
	}
	unitchecker.Main(analyzers...)
}

func errorlintAnalyzer() *analysis.Analyzer {
	a := errorlint.NewAnalyzer()
	if err := a.Flags.Set("errorf", "true"); err != nil {
		panic(err) // the flag is part of the pinned version
	}
	return a
}

func sloglintAnalyzer() *analysis.Analyzer {
	return sloglint.New(&sloglint.Options{StaticMessage: true, NoMixedArguments: true})
}

// chosen leaves out what its authors leave out by default, but for comments on
// packages and exported names.
func chosen(list []*lint.Analyzer) []*analysis.Analyzer {
	wanted := []string{"ST1000", "ST1020", "ST1021", "ST1022"}
	var analyzers []*analysis.Analyzer
	for _, a := range list {
		if !a.Doc.NonDefault || slices.Contains(wanted, a.Analyzer.Name) {
			analyzers = append(analyzers, a.Analyzer)
		}
	}
	return analyzers
}

// errcheckAnalyzer forgives what nobody can act on: closing, removing what is
// temporary, printing. It is what golangci-lint calls std-error-handling.
func errcheckAnalyzer() *analysis.Analyzer {
	forgiven := regexp.MustCompile(`^(Close|Flush|Remove(All)?|F?[pP]rint(f|ln)?|(Un)?[sS]etenv)$`)
	return &analysis.Analyzer{
		Name: "errcheck",
		Doc:  "errors that are dropped in silence",
		Run: func(pass *analysis.Pass) (any, error) {
			calls := map[token.Pos]string{}
			for _, file := range pass.Files {
				ast.Inspect(file, func(node ast.Node) bool {
					if call, ok := node.(*ast.CallExpr); ok {
						calls[call.Lparen] = called(call)
					}
					return true
				})
			}
			strict := *pass
			strict.Report = func(d analysis.Diagnostic) {
				name := calls[d.Pos]
				if !forgiven.MatchString(name) {
					d.Message = strings.TrimSuffix("an error is dropped: "+name, ": ")
					pass.Report(d)
				}
			}
			return errcheck.Analyzer.Run(&strict)
		},
	}
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return "a function value"
}

// unusedAnalyzer says what staticcheck's own finds: that one keeps its answer
// for a program that merges the answers of several builds.
func unusedAnalyzer() *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:     "unused",
		Doc:      "names that nothing uses",
		Requires: []*analysis.Analyzer{unused.Analyzer.Analyzer},
		Run: func(pass *analysis.Pass) (any, error) {
			for _, object := range pass.ResultOf[unused.Analyzer.Analyzer].(unused.Result).Unused {
				pass.Reportf(position(pass, object.Position), "%s %s is unused", object.Kind, object.Name)
			}
			return nil, nil
		},
	}
}

// position finds the place in the files at hand; a name in a generated file
// has a place in what it was generated from.
func position(pass *analysis.Pass, at token.Position) token.Pos {
	for _, file := range pass.Files {
		handle := pass.Fset.File(file.Pos())
		if handle.Name() == at.Filename && at.Offset < handle.Size() {
			return handle.Pos(at.Offset)
		}
	}
	return pass.Files[0].Pos()
}
