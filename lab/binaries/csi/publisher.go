package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// publisher binds volumes to where the kubelet wants them for a pod.
type publisher struct {
	csi.UnimplementedNodeServer
	node    string
	volumes shelf
}

func (p *publisher) NodeGetInfo(
	context.Context, *csi.NodeGetInfoRequest,
) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: p.node, AccessibleTopology: topology(p.node)}, nil
}

func (*publisher) NodeGetCapabilities(
	context.Context, *csi.NodeGetCapabilitiesRequest,
) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

func (p *publisher) NodePublishVolume(
	_ context.Context, request *csi.NodePublishVolumeRequest,
) (*csi.NodePublishVolumeResponse, error) {
	id := request.GetVolumeId()
	if err := required(id, request.GetTargetPath()); err != nil {
		return nil, err
	}
	if request.GetVolumeCapability() == nil {
		return nil, status.Error(codes.InvalidArgument, "no capability is asked")
	}
	if _, err := known(p.volumes, "volume", id); err != nil {
		return nil, err
	}
	readOnly := request.GetReadonly() ||
		request.GetVolumeCapability().GetAccessMode().GetMode() == csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY
	if err := bind(p.volumes.content(id), request.GetTargetPath(), readOnly); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func bind(content, target string, readOnly bool) error {
	if err := os.MkdirAll(target, 0o750); err != nil {
		return err
	}
	if bound, err := isSame(content, target); bound || err != nil {
		return err
	}
	if err := syscall.Mount(content, target, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", content, target, err)
	}
	if !readOnly {
		return nil
	}
	// A bind takes no other flag: it is made read-only by a second call.
	if err := syscall.Mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return errors.Join(fmt.Errorf("make %s read-only: %w", target, err), syscall.Unmount(target, 0))
	}
	return nil
}

func isSame(content, target string) (bool, error) {
	one, err := os.Stat(content)
	if err != nil {
		return false, err
	}
	other, err := os.Stat(target)
	return err == nil && os.SameFile(one, other), err
}

func (*publisher) NodeUnpublishVolume(
	_ context.Context, request *csi.NodeUnpublishVolumeRequest,
) (*csi.NodeUnpublishVolumeResponse, error) {
	target := request.GetTargetPath()
	if err := required(request.GetVolumeId(), target); err != nil {
		return nil, err
	}
	// It may have been unmounted by an earlier call, of which the kubelet never heard.
	err := syscall.Unmount(target, 0)
	if err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOENT) {
		return nil, status.Errorf(codes.Internal, "unmount %s: %s", target, err)
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}
