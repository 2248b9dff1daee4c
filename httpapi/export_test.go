package httpapi

// WithIdentity lets a test call the handlers without a connection.
var WithIdentity = (*Server).withIdentity
