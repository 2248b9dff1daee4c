package httpapi

import (
	"html/template"
	"net/http"
)

// failTemplate tells a person in a browser what a program reads as a problem.
var failTemplate = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} · Clawrden</title>
<link rel="stylesheet" href="/login.css">
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Detail}}</p>
</main>
</body>
</html>
`))

func (s *Server) failPage(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	_ = failTemplate.Execute(w, p) // the caller may be gone; nobody is left to tell
}
