// Command blank is a Wails window with one word in it: what Opora's start is
// measured against.
package main

import (
	"log"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

func main() {
	page := fstest.MapFS{"index.html": {Data: []byte(`<!doctype html><title>blank</title><h1 style="font-size:4em">Nothing</h1>`)}}
	err := wails.Run(&options.App{Title: "blank", Width: 1100, Height: 720, AssetServer: &assetserver.Options{Assets: page}})
	if err != nil {
		log.Fatal(err)
	}
}
