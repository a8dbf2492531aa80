// Package access is the way of a customer's access through Opora: taken from a
// message, proven in a fresh session, kept in the keyring, noted at the
// customer, both or neither. The window and the command line use it alike.
package access
