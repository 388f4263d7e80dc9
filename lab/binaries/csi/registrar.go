package main

import (
	"context"
	"log/slog"

	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// registrar tells the kubelet that this socket is a CSI driver's.
type registrar struct {
	registration.UnsafeRegistrationServer
}

func (*registrar) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	// Without an endpoint the kubelet calls the driver on this very socket.
	return &registration.PluginInfo{
		Type:              registration.CSIPlugin,
		Name:              driverName,
		SupportedVersions: []string{"1.0.0"},
	}, nil
}

func (*registrar) NotifyRegistrationStatus(
	_ context.Context, status *registration.RegistrationStatus,
) (*registration.RegistrationStatusResponse, error) {
	slog.Info("registered with the kubelet", "registered", status.PluginRegistered, "error", status.Error)
	return &registration.RegistrationStatusResponse{}, nil
}
