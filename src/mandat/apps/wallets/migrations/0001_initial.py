import django.db.models.deletion
import mandat.apps.custody.sealing
import mandat.apps.wallets.models
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Wallet',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('programme', models.SlugField(max_length=60)),
                        ('code', models.CharField(max_length=60, verbose_name='wallet')),
                        ('holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wallets', to='custody.subject')),
                        ('departement', models.CharField(blank=True, max_length=3)),
                        ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                        ('state', models.CharField(choices=[('open', 'open'), ('stopped', 'stopped'), ('closed', 'closed')], default='open', max_length=10, verbose_name='state')),
                        ('next_expiry', models.DateField(null=True)),
                        ('opened_at', models.DateTimeField(verbose_name='opened on')),
                    ],
                    options={
                        'verbose_name': 'wallet',
                        'indexes': [models.Index(models.F('programme'), models.F('code'), models.F('next_expiry'), name='wallets_expiry')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('code'), models.F('holder'), name='wallets_one_a_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Lot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='wallets.wallet')),
                        ('kind', models.CharField(choices=[('credit', 'credit'), ('refund', 'refund')], max_length=10, verbose_name='what')),
                        ('key', models.CharField(max_length=150, unique=True)),
                        ('amount', models.BigIntegerField()),
                        ('expires_on', models.DateField(null=True, verbose_name='to be spent by')),
                        ('made_at', models.DateTimeField(verbose_name='on')),
                        ('transaction', models.UUIDField(unique=True)),
                    ],
                    options={
                        'verbose_name': 'credit',
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='wallets_lot_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Credential',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='credentials', to='wallets.wallet')),
                        ('kind', models.CharField(choices=[('code', 'code'), ('card', 'card')], max_length=10)),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('amount', models.BigIntegerField(null=True)),
                        ('made_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField(null=True)),
                        ('used_at', models.DateTimeField(null=True)),
                        ('stopped_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'means of payment',
                    },
                ),
                migrations.CreateModel(
                    name='Partner',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('programme', models.SlugField(max_length=60)),
                        ('name', models.CharField(max_length=140, verbose_name='name')),
                        ('siret', models.CharField(max_length=14, unique=True, verbose_name='SIRET')),
                        ('commune', models.CharField(max_length=5, verbose_name='commune')),
                        ('departement', models.CharField(max_length=3)),
                        ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                        ('website', models.URLField(blank=True, verbose_name='website')),
                        ('iban', mandat.apps.custody.sealing.SealedTextField(bind='id', blank=True, purpose='wallets.partner.iban', verbose_name='IBAN')),
                        ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                        ('made_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'partner',
                    },
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='wallets.partner')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wallet_partners', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(choices=[('till', 'till'), ('manager', 'manager')], max_length=10, verbose_name='role')),
                        ('added_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'member of a partner',
                        'constraints': [models.UniqueConstraint(models.F('partner'), models.F('user'), name='wallets_one_member')],
                    },
                ),
                migrations.CreateModel(
                    name='Approval',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='wallets.partner')),
                        ('code', models.CharField(max_length=60, verbose_name='wallet')),
                        ('category', models.CharField(max_length=60, verbose_name='category')),
                        ('state', models.CharField(choices=[('applied', 'to be decided'), ('approved', 'approved'), ('refused', 'refused'), ('suspended', 'suspended'), ('ended', 'ended')], default='applied', max_length=10, verbose_name='state')),
                        ('account', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                        ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                        ('applied_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('wrong', models.PositiveIntegerField(default=0)),
                        ('wrong_since', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'approval',
                        'indexes': [models.Index(models.F('code'), models.F('state'), name='wallets_approval_state')],
                        'constraints': [models.UniqueConstraint(models.F('partner'), models.F('code'), name='wallets_one_approval')],
                    },
                ),
                migrations.CreateModel(
                    name='Run',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('programme', models.SlugField(max_length=60)),
                        ('code', models.CharField(max_length=60, verbose_name='wallet')),
                        ('until', models.DateField(verbose_name='purchases until')),
                        ('reference', models.CharField(max_length=35, unique=True, verbose_name='reference')),
                        ('made_at', models.DateTimeField()),
                        ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('file', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.paymentfile')),
                        ('xml', mandat.apps.custody.sealing.SealedTextField(bind='id', null=True, purpose='wallets.run.xml')),
                        ('bordereau', mandat.apps.custody.sealing.SealedTextField(bind='id', null=True, purpose='wallets.run.bordereau')),
                    ],
                    options={
                        'verbose_name': 'settlement',
                        'ordering': ('-made_at', '-id'),
                    },
                ),
                migrations.CreateModel(
                    name='Line',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='wallets.run')),
                        ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='wallets.approval')),
                        ('amount', models.BigIntegerField()),
                        ('cents', models.BigIntegerField()),
                        ('purchases', models.PositiveIntegerField()),
                        ('key', models.CharField(max_length=150, unique=True)),
                        ('end_to_end', models.CharField(max_length=35, unique=True)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('paid', 'paid'), ('refused', 'refused')], default='waiting', max_length=10, verbose_name='state')),
                        ('published_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'line of a settlement',
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('cents__gt', 0)), name='wallets_line_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Spend',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('reference', models.CharField(default=mandat.apps.wallets.models.reference, max_length=12, unique=True, verbose_name='receipt')),
                        ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spends', to='wallets.wallet')),
                        ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spends', to='wallets.approval')),
                        ('credential', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='spends', to='wallets.credential')),
                        ('by_card', models.BooleanField(default=False)),
                        ('key', models.CharField(max_length=64)),
                        ('category', models.CharField(max_length=60)),
                        ('departement', models.CharField(max_length=3)),
                        ('amount', models.BigIntegerField()),
                        ('refunded', models.BigIntegerField(default=0)),
                        ('day', models.DateField()),
                        ('made_at', models.DateTimeField(verbose_name='on')),
                        ('transaction', models.UUIDField(unique=True)),
                        ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='spends', to='wallets.line')),
                        ('published_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'purchase',
                        'indexes': [models.Index(models.F('wallet'), models.F('day'), name='wallets_purchases_of'), models.Index(models.F('approval'), models.F('made_at'), name='wallets_purchases_at'), models.Index(models.F('approval'), condition=models.Q(('line', None)), name='wallets_unsettled'), models.Index(models.F('day'), condition=models.Q(('published_on', None)), name='wallets_untold')],
                        'constraints': [models.UniqueConstraint(models.F('approval'), models.F('key'), name='wallets_one_purchase_a_key'), models.UniqueConstraint(models.F('credential'), condition=models.Q(('by_card', False)), name='wallets_one_purchase_a_code'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('refunded__gte', 0), ('refunded__lte', models.F('amount'))), name='wallets_purchase_amounts')],
                    },
                ),
                migrations.CreateModel(
                    name='Refund',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('spend', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='wallets.spend')),
                        ('key', models.CharField(max_length=64)),
                        ('amount', models.BigIntegerField()),
                        ('day', models.DateField()),
                        ('made_at', models.DateTimeField()),
                        ('transaction', models.UUIDField(unique=True)),
                        ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='refunds', to='wallets.line')),
                        ('published_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'refund',
                        'constraints': [models.UniqueConstraint(models.F('spend'), models.F('key'), name='wallets_one_refund_a_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Expired',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expired', to='wallets.wallet')),
                        ('amount', models.BigIntegerField()),
                        ('day', models.DateField()),
                        ('transaction', models.UUIDField(unique=True)),
                        ('published_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'expired credit',
                    },
                ),
            ]
        ),
    ]
