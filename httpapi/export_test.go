package httpapi

// WithIdentity lets a test call the handlers without a connection.
var WithIdentity = (*Server).withIdentity

// Patterns are all routes.
func Patterns() (all []string) {
	for _, route := range routes {
		all = append(all, route.pattern)
	}
	return all
}

// WithPeers lets a test call the handlers of the door on TCP without a connection.
var WithPeers = (*Server).withPeers
