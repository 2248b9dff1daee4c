package httpapi

import (
	"net/http"

	"github.com/clawrden/clawrden"
)

// whoami: GET /api/whoami → clawrden.Self. It is for doors that don't want to offer what would be refused; what is refused is
// decided by each route anew.
func (s *Server) whoami(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	self := clawrden.Self{Identity: by.Identity, Door: by.Door, Rights: []clawrden.Right{}}
	if by.Token != nil {
		self.Token = by.Token.Name
	}
	for _, row := range clawrden.Rights {
		if s.authorizer.Authorize(r.Context(), by, row.Right) == nil {
			self.Rights = append(self.Rights, row.Right)
		}
	}
	return writeJSON(w, self)
}
