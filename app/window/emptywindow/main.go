// Command emptywindow is the framework with an empty page and nothing else: the
// benchmark measures how much later Opora's own window comes.
package main

import (
	"fmt"
	"os"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

func main() {
	page := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Empty</title>")}}
	err := wails.Run(&options.App{
		Title: "Empty", Width: 1180, Height: 740,
		AssetServer: &assetserver.Options{Assets: page},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
