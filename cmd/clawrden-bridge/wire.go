package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/mail"
	"github.com/clawrden/clawrden/bridge/ntfy"
	"github.com/clawrden/clawrden/bridge/slack"
	"github.com/clawrden/clawrden/bridge/telegram"
	"github.com/clawrden/clawrden/bridge/webhook"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/config"
)

// wire makes a bridge's parts from the settings.
func wire(o options, log *slog.Logger) (bridge.Options, error) {
	if o.name == notifyName {
		return wireNotify(o, log)
	}
	c, diags := config.Load(o.config)
	if diags.HasErrors() {
		var text strings.Builder
		_ = c.Explain(&text, diags)
		return bridge.Options{}, fmt.Errorf("the configuration is invalid; `clawrden config check` shows it:\n%s", text.String())
	}
	daemon, err := client.New(o.control)
	if err != nil {
		return bridge.Options{}, err
	}
	made := bridge.Options{Routes: c.Routes, Daemon: bridge.Remote{Client: daemon}, State: filepath.Join(o.state, "book.json"), Log: log}
	for _, b := range c.Bridges {
		if b.Name != o.name {
			continue
		}
		made.Bridge = b
		made.Service, err = newService(&b, &o, log)
		return made, err
	}
	return made, fmt.Errorf("the settings have no bridge %q; add a block bridge %q { … }", o.name, o.name)
}

// newService makes the part that speaks the service, with its secrets.
func newService(b *clawrden.Bridge, o *options, _ *slog.Logger) (bridge.Service, error) {
	switch b.Service {
	case "webhook":
		secret, err := o.needed("secret")
		if err != nil {
			return nil, err
		}
		return webhook.New(webhook.Options{URL: b.Server, Secrets: secret, Listen: b.Reply})
	case "ntfy":
		token, err := o.secret("token")
		return ntfy.New(ntfy.Options{Server: b.Server, Reply: b.Reply, Token: token}), err
	case "email":
		password, err := o.secret("password")
		if err != nil {
			return nil, err
		}
		user, err := o.secret("user")
		if err != nil {
			return nil, err
		}
		return mail.New(mail.Options{Server: b.Server, From: b.From, User: user, Password: password})
	case "slack":
		app, err := o.needed("app-token")
		if err != nil {
			return nil, err
		}
		bot, err := o.needed("bot-token")
		if err != nil {
			return nil, err
		}
		return slack.New(slack.Options{Server: b.Server, AppToken: app, BotToken: bot})
	case "telegram":
		token, err := o.needed("token")
		if err != nil {
			return nil, err
		}
		return telegram.New(telegram.Options{Server: b.Server, Token: token})
	case "":
		return nil, fmt.Errorf("bridge %q has no service; its unit runs a program of its own", b.Name)
	}
	return nil, fmt.Errorf("this build has no service %q", b.Service)
}
