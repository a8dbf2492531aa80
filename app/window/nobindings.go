//go:build !bindings

package window

const generating = false
