"""Reports of a run as files: their pictures, the page for a browser and the pages for print."""
