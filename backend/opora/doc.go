// Package opora is the vocabulary of the program: the nouns that the other
// packages speak in, their rules, and the codes of everything that can go
// wrong. It imports nothing but the standard library.
package opora
