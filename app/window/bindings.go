//go:build bindings

package window

// generating says that this program runs only to write down what the page may
// call: it must open nothing.
const generating = true
