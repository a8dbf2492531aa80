//go:build !windows

package instance

func letForeground() {}
