package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/knftables"
)

const (
	cniConfig = "/etc/cni/net.d/10-svclab.conflist"
	resync    = time.Minute
)

// runPodNetwork gives this node's Pods their network, and follows the list of nodes: one route to
// each other node's Pod range, one CNI configuration, one masquerade rule for what leaves the Pod
// network. Traffic between Pods keeps its source address.
//
// NODE_NAME and POD_SUBNET say who and where; CONTROL_PLANE_ENDPOINT is the API server by the
// node's name, as Service addresses work only after this program has run.
func runPodNetwork() error {
	self, podSubnet := os.Getenv("NODE_NAME"), os.Getenv("POD_SUBNET")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := masquerade(ctx, podSubnet); err != nil {
		return fmt.Errorf("masquerade %s: %w", podSubnet, err)
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	config.Host = "https://" + os.Getenv("CONTROL_PLANE_ENDPOINT")
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, resync)
	nodes := factory.Core().V1().Nodes()
	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	if _, err := nodes.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notify() },
		UpdateFunc: func(any, any) { notify() },
		DeleteFunc: func(any) { notify() },
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		list, err := nodes.Lister().List(labels.Everything())
		if err != nil {
			return err
		}
		for _, node := range list {
			if err := follow(node, node.Name == self); err != nil {
				fmt.Fprintf(os.Stderr, "node %s: %v\n", node.Name, err)
				time.AfterFunc(time.Second, notify)
			}
		}
	}
}

func follow(node *core.Node, own bool) error {
	if node.Spec.PodCIDR == "" {
		return nil
	}
	if own {
		return writeCNI(node.Spec.PodCIDR)
	}
	_, podRange, err := net.ParseCIDR(node.Spec.PodCIDR)
	if err != nil {
		return err
	}
	for _, address := range node.Status.Addresses {
		if gateway := net.ParseIP(address.Address); address.Type == core.NodeInternalIP && gateway.To4() != nil {
			return netlink.RouteReplace(&netlink.Route{Dst: podRange, Gw: gateway})
		}
	}
	return nil
}

func writeCNI(podCIDR string) error {
	type object = map[string]any
	wanted, err := json.Marshal(object{
		"cniVersion": "1.0.0",
		"name":       "svclab",
		"plugins": []object{
			{"type": "ptp", "ipMasq": false, "mtu": 1500, "ipam": object{
				"type":    "host-local",
				"dataDir": "/run/cni-ipam-state",
				"routes":  []object{{"dst": "0.0.0.0/0"}},
				"ranges":  [][]object{{{"subnet": podCIDR}}},
			}},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	})
	if err != nil {
		return err
	}
	if found, err := os.ReadFile(cniConfig); err == nil && string(found) == string(wanted) {
		return nil
	}
	// containerd reads the directory at any moment: it must never see half a file.
	draft := filepath.Join(filepath.Dir(cniConfig), ".svclab")
	if err := os.WriteFile(draft, wanted, 0o644); err != nil {
		return err
	}
	return os.Rename(draft, cniConfig)
}

func masquerade(ctx context.Context, podSubnet string) error {
	nft, err := knftables.New(knftables.IPv4Family, "pod-network")
	if err != nil {
		return err
	}
	tx := nft.NewTransaction()
	tx.Add(&knftables.Table{})
	tx.Add(&knftables.Chain{
		Name:     "postrouting",
		Type:     knftables.PtrTo(knftables.NATType),
		Hook:     knftables.PtrTo(knftables.PostroutingHook),
		Priority: knftables.PtrTo(knftables.SNATPriority),
	})
	tx.Flush(&knftables.Chain{Name: "postrouting"})
	tx.Add(&knftables.Rule{
		Chain: "postrouting",
		Rule:  knftables.Concat("ip saddr", podSubnet, "ip daddr !=", podSubnet, "masquerade"),
	})
	return nft.Run(ctx, tx)
}
