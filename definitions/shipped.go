package definitions

import (
	"embed"
	"path"
)

//go:embed campaigns/*.yaml
var campaigns embed.FS

// ShippedFile is a campaign that comes with replyflow.
type ShippedFile struct {
	// File is the file's name within definitions/campaigns.
	File string
	Data []byte
}

// Shipped lists the campaigns that come with replyflow, in the order of their
// names.
func Shipped() []ShippedFile {
	entries, err := campaigns.ReadDir("campaigns")
	if err != nil {
		// The folder is embedded when the program is built.
		panic(err)
	}
	files := make([]ShippedFile, 0, len(entries))
	for _, entry := range entries {
		data, err := campaigns.ReadFile(path.Join("campaigns", entry.Name()))
		if err != nil {
			panic(err)
		}
		files = append(files, ShippedFile{File: entry.Name(), Data: data})
	}
	return files
}
