// What the front shows.
package main

const pageText = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body>
<h1>{{.Title}}</h1>
<p>Shop for everything. Served by {{.Pod}}.</p>
<img src="/products/1/picture" alt="Product 1" width="64" height="64">
</body>
</html>
`
